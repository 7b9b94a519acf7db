"""Between claim and call: whoever says no is heard, the text is given back, and what holds it back is asked again (SPEC X2, X6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import claimed, clicked, new_sid, says
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import CANCELLED, CONFIRMATION, QUEUED, REFUSED, SENDING, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.sending import leaving
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.workers import receiving, sending

Said = Callable[[Cast], Awaitable[object]]


async def stops_everything(cast: Cast) -> None:
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()


async def pauses(cast: Cast) -> None:
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(paused_at=cast.meyer.created_at))


async def not_applied(cast: Cast, words: str) -> None:
    """Lisa writes, and Twilio has got its answer; the sweep is to come."""
    payload = {"MessageSid": new_sid(), "From": cast.lisa.phone, "To": cast.number.e164, "Body": words}
    await applying.keep(INBOUND, payload)


NO: dict[str, tuple[Said, str]] = {
    "STOP": (lambda cast: says(cast, "STOP"), REFUSED),
    "a STOP that is not applied yet": (lambda cast: not_applied(cast, "STOP"), QUEUED),
    "an opt-out by the office": (lambda cast: opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN), REFUSED),
    "words that may mean it": (lambda cast: says(cast, "please leave me alone"), REFUSED),
    "everything is stopped": (stops_everything, QUEUED),
    "the number is paused": (pauses, QUEUED),
}


@pytest.mark.both
@pytest.mark.parametrize("what", NO)
async def test_who_says_no_between_claim_and_call_gets_no_text(
    cast: Cast, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    say, becomes = NO[what]

    async def asked(claim: Claimed) -> int:
        if (await texts())[0].status == SENDING:
            await say(cast)
        return await leaving.seconds_left(claim)

    await clicked(cast)
    monkeypatch.setattr("webapp.workers.sending.seconds_left", asked)
    twilio = Quick()
    for _ in range(2):  # the second one asks all safeguards of the text that was given back
        await sending.drain({"twilio": twilio}, cast.number.id)
    assert twilio.sent == []
    assert [message.status for message in await texts() if message.ours] == [becomes]


@pytest.mark.both
async def test_the_confirmation_of_an_opt_out_leaves_all_the_same(cast: Cast) -> None:
    claim = await claimed(cast)
    await transaction(lambda: Message.filter(id=claim.message_id).update(kind=CONFIRMATION))
    await says(cast, "STOP")
    assert await leaving.seconds_left(claim) > 0


@pytest.mark.both
async def test_a_text_waits_until_what_its_person_wrote_is_applied(cast: Cast) -> None:
    """After an outage thousands of texts may be stored and not applied. Others are texted meanwhile."""
    await clicked(cast)
    await not_applied(cast, "STOP")
    assert await claim_next(cast.number.id) is None
    dora = await cast.add_contact("+14125550102", first_name="Dora", zip="15213")
    await cast.make()
    await cast.start(cast.dan)
    await cast.click(cast.dan, dora)
    found = await claim_next(cast.number.id)
    assert isinstance(found, Claimed) and found.to == dora.phone
    await receiving.apply_events({})
    assert {message.status for message in await texts() if message.phone == cast.lisa.phone and message.ours} <= {
        REFUSED,
        CANCELLED,
    }
