"""Between claim and call: whoever says no is heard, the text is given back, and what holds it back is asked again (SPEC X2, X6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import claimed, clicked, says
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import CONFIRMATION, QUEUED, REFUSED, SENDING, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.sending import leaving
from webapp.models.sending.leaving import Claimed
from webapp.workers import sending

Said = Callable[[Cast], Awaitable[object]]


async def stops_everything(cast: Cast) -> None:
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()


async def pauses(cast: Cast) -> None:
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(paused_at=cast.meyer.created_at))


NO: dict[str, tuple[Said, str]] = {
    "STOP": (lambda cast: says(cast, "STOP"), REFUSED),
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
