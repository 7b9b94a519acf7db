"""What came while we were away, and what could not be applied at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.simulated import Simulated
from tests.cast.texting import SECOND, clicked
from tests.cast.twilio import Troubled
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Text
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, LONGEST_PAUSE, STATUS, TwilioEvent
from webapp.simulator.store import IN
from webapp.workers import receiving, sending


async def test_what_came_while_we_were_away_is_taken_in_by_catching_up(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    await clicked(cast)
    await sending.drain(ctx, cast.number.id)
    for words in ("Yes", "STOP"):
        await twilio.post(
            "/simulator/replies",
            json={"from": cast.lisa.phone, "to": cast.number.e164, "body": words, "deliver": False},
        )
    clock.freeze(datetime.now(UTC))
    for _ in range(2):
        await receiving.catch_up(ctx)
    assert [m.body for m in await texts() if m.direction == "in"] == ["Yes", "STOP"]
    assert await OptOut.exists(phone=cast.lisa.phone)


def came(sid: str, cast: Cast, phone: str, words: str) -> dict[str, str]:
    return {"MessageSid": sid * 17, "From": phone, "To": cast.number.e164, "Body": words}


@pytest.mark.both
async def test_a_stop_is_applied_however_many_strange_statuses_wait(cast: Cast) -> None:
    for n in range(200):
        await applying.keep(STATUS, {"MessageSid": f"SX{n:032x}", "MessageStatus": "sent"})
    clock.freeze(clock.now() + timedelta(minutes=1))
    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    await receiving.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_stop_that_fails_is_tried_until_it_works(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: TwilioEvent) -> None:
        raise RuntimeError("database trouble")

    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    with monkeypatch.context() as trouble:
        trouble.setattr(applying, "apply", broken)
        for _ in range(25):
            clock.freeze(clock.now() + timedelta(seconds=LONGEST_PAUSE))
            await receiving.apply_events({})
    clock.freeze(clock.now() + timedelta(seconds=LONGEST_PAUSE))
    await receiving.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_status_of_a_strangers_text_is_tried_for_a_day_only(cast: Cast) -> None:
    await applying.keep(STATUS, {"MessageSid": "SX" * 17, "MessageStatus": "sent"})
    await receiving.apply_events({})
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert len(await applying.waiting()) == 1
    clock.freeze(clock.now() + timedelta(days=1))
    assert await applying.waiting() == []


class Away:
    """Twilio after an outage of ours: one STOP that it could not deliver. ``fails`` names a number it won't list."""

    def __init__(self, text: Text, fails: str = "") -> None:
        self.known, self.fails = text, fails

    async def texts_to(self, number: str, since: datetime) -> list[Text]:
        if number == self.fails:
            raise TimeoutError
        return [self.known] if self.known.to == number and self.known.created_at >= since else []


async def test_a_stop_sent_during_an_outage_is_found_whatever_came_in_since(cast: Cast) -> None:
    stop = Text(
        "SM" * 17, cast.number.e164, cast.lisa.phone, "STOP", "received", None, clock.now() + timedelta(hours=1)
    )
    clock.freeze(clock.now() + timedelta(hours=30))
    event = await applying.keep(INBOUND, came("ED", cast, "+14125550102", "hello"))
    assert event
    await applying.apply(event)
    await receiving.catch_up({"twilio": Away(stop, fails=cast.number.e164)})
    assert not await OptOut.exists(phone=cast.lisa.phone)
    await receiving.catch_up({"twilio": Away(stop)})
    assert await OptOut.exists(phone=cast.lisa.phone)
    assert (await PhoneNumber.get(id=cast.number.id)).heard_until == clock.now()


@pytest.mark.parametrize("trouble", [False, True])
async def test_one_number_that_cannot_be_listed_does_not_keep_the_others_from_being_heard(
    cast: Cast, twilio: Simulated, trouble: bool
) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    twilio.carrier.store.add(IN, cast.lisa.phone, SECOND, "STOP", 1)
    of = cast.number.e164 if trouble else "nobody"
    async with Troubled(500, lambda _, url, asked: "Messages.json" in url and of in asked.values()) as gateway:
        await receiving.catch_up({"twilio": gateway})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_picture_nobody_can_list_does_not_hold_up_a_stop(cast: Cast, twilio: Simulated) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    store = twilio.carrier.store
    store.add(IN, "+14125550102", cast.number.e164, "Look", 1, media="https://api.twilio.com/simulator/picture.png")
    await asyncio.sleep(0.01)
    store.add(IN, cast.lisa.phone, cast.number.e164, "STOP", 1)
    async with Troubled(404, lambda _, url, __: "/Media.json" in url) as gateway:
        for _ in range(3):
            await receiving.catch_up({"twilio": gateway})
    assert await OptOut.exists(phone=cast.lisa.phone)
