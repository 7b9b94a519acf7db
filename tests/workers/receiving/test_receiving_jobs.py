"""Events that could not be applied at once, and statuses that never came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioException

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Counted
from tests.cast.texting import clicked, new_sid
from tests.cast.waiting import until
from webapp import clock
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, LONGEST_PAUSE, STATUS, TwilioEvent
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.workers.receiving import events
from webapp.workers.sending import draining


def came(sid: str, cast: Cast, phone: str, words: str) -> dict[str, str]:
    return {"MessageSid": sid * 17, "From": phone, "To": cast.number.e164, "Body": words}


@pytest.mark.both
async def test_a_stop_is_applied_however_many_strange_statuses_wait(cast: Cast) -> None:
    for n in range(200):
        await applying.keep(STATUS, {"MessageSid": f"SX{n:032x}", "MessageStatus": "sent"})
    clock.freeze(clock.now() + timedelta(minutes=1))
    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    await events.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_stop_that_fails_is_tried_until_it_works(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: TwilioEvent) -> None:
        raise RuntimeError("database trouble")

    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    with monkeypatch.context() as trouble:
        trouble.setattr(applying, "apply", broken)
        for _ in range(25):
            clock.freeze(clock.now() + timedelta(seconds=LONGEST_PAUSE))
            await events.apply_events({})
    clock.freeze(clock.now() + timedelta(seconds=LONGEST_PAUSE))
    await events.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_status_of_a_strangers_text_is_tried_for_a_day_only(cast: Cast) -> None:
    await applying.keep(STATUS, {"MessageSid": "SX" * 17, "MessageStatus": "sent"})
    await events.apply_events({})
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert len(await applying.waiting()) == 1
    clock.freeze(clock.now() + timedelta(days=1))
    assert await applying.waiting() == []


async def test_the_status_and_the_price_that_never_came_are_asked_for(cast: Cast, ctx: dict, twilio: Simulated) -> None:
    await clicked(cast)
    await draining.drain(ctx, cast.number.id)
    await until(lambda: twilio.carrier.store.messages()[0].status == "delivered")
    clock.freeze(clock.now() + timedelta(minutes=16))
    await events.ask_statuses(ctx)
    [text] = await texts()
    assert (text.delivery, bool(text.price)) == ("delivered", True)


@pytest.mark.parametrize(("trouble", "asked"), [(TwilioException("404"), 2), (TimeoutError(), 1)])
async def test_only_where_twilio_is_out_of_reach_the_other_statuses_are_not_asked_for(
    cast: Cast, trouble: Exception, asked: int
) -> None:
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    for contact in (cast.lisa, dora):
        await cast.click(cast.amy, contact)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    clock.freeze(clock.now() + timedelta(minutes=16))

    def fails(_: object) -> None:
        raise trouble

    async with Counted(fails) as gateway:
        await events.ask_statuses({"twilio": gateway})
    assert len(gateway.asked) == asked
