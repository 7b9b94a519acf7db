"""Texts leave in their order: one at a time to a person, replies first, at the number's pace (SPEC X1, X3). Between claim and
call a no is heard, the text is given back, and all that holds it back is asked again (SPEC X2, X6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import SECOND, claimed, clicked, new_sid, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import CANCELLED, CONFIRMATION, QUEUED, REFUSED, SENDING, Message
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.sending import leaving
from webapp.models.sending.claim import Wait, claim_next
from webapp.models.sending.leaving import Claimed
from webapp.workers.receiving import events
from webapp.workers.sending import draining

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
    monkeypatch.setattr("webapp.workers.sending.draining.seconds_left", asked)
    twilio = Quick()
    for _ in range(2):  # the second one asks all safeguards of the text that was given back
        await draining.drain({"twilio": twilio}, cast.number.id)
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
    await events.apply_events({})
    assert {message.status for message in await texts() if message.phone == cast.lisa.phone and message.ours} <= {
        REFUSED,
        CANCELLED,
    }


@pytest.mark.both
async def test_a_number_keeps_its_pace(cast: Cast) -> None:
    await transaction(lambda: type(cast.number).filter(id=cast.number.id).update(rate=1.0))
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await cast.click(cast.amy, kim)
    assert isinstance(await claim_next(cast.number.id), Claimed)
    assert await claim_next(cast.number.id) == Wait(1.0)
    clock.freeze(clock.now() + timedelta(seconds=1))
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def in_thread(cast: Cast, *words: str) -> list[Message]:
    """Lisa has written, and Amy answers with all of these at once."""
    await texted(cast)
    await says(cast, "Who is this?")
    for answer in words:
        await cast.reply(cast.amy, answer)
    return [message for message in await texts() if message.body in words]


@pytest.mark.both
async def test_replies_of_one_conversation_leave_in_order_one_at_a_time(cast: Cast) -> None:
    first, second = await in_thread(cast, "One", "Two")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed) and claim.message_id == first.id
    assert await claim_next(cast.number.id) is None, "the first is under way"
    await answers.later(claim.message_id, claim.attempt_id, 2)  # 429
    clock.freeze(clock.now() + timedelta(seconds=1))
    assert isinstance(await claim_next(cast.number.id), Wait)
    clock.freeze(clock.now() + timedelta(seconds=2))
    again = await claim_next(cast.number.id)
    assert isinstance(again, Claimed) and again.message_id == first.id
    await answers.taken(again.message_id, "SM" + "7" * 32, again.attempt_id)
    last = await claim_next(cast.number.id)
    assert isinstance(last, Claimed) and last.message_id == second.id


@pytest.mark.both
async def test_one_text_at_most_is_under_way_to_a_person_when_they_say_stop(cast: Cast) -> None:
    """Two actions, two numbers, two workers at once, and a STOP."""
    await texted(cast)
    await says(cast, "Who is this?")
    await cast.reply(cast.amy, "One")
    other = await add_number(cast.meyer, SECOND, "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await cast.reply(cast.amy, "Two")
    await transaction(lambda: Message.filter(body="Two").update(number_id=other.id, conversation_id=None))
    found = await asyncio.gather(*(claim_next(n) for n in (cast.number.id, other.id) * 3))
    assert sum(isinstance(row, Claimed) for row in found) == 1
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    left = [m.status for m in await texts() if m.body in ("One", "Two")]
    # Without a conversation the second rests after the first text, and is refused where it is asked about first
    assert left.count(SENDING) == 1 and set(left) <= {SENDING, CANCELLED, REFUSED}


@pytest.mark.both
async def test_a_reply_waits_while_the_one_before_it_is_looked_up(cast: Cast) -> None:
    first, second = await in_thread(cast, "One", "Two")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    assert await claim_next(cast.number.id) is None
    await transaction(lambda: Message.filter(id=first.id).update(next_look_at=None))  # staff decide
    last = await claim_next(cast.number.id)
    assert isinstance(last, Claimed) and last.message_id == second.id


async def test_a_reply_overtakes_first_texts(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy, kim)
    first = await claim_next(cast.number.id)
    assert isinstance(first, Claimed)
    await answers.taken(first.message_id, "SM" + "8" * 32, first.attempt_id)
    await cast.click(cast.amy)
    await transaction(lambda: Contact.filter(id=kim.id).update(last_inbound_conversation_id=(2)))
    await cast.reply(cast.amy, "thank you", contact=kim)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed) and second.to == kim.phone
