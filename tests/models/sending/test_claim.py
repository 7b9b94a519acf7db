"""Claim, answer, and what to do when there was none."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from tests.cast import Cast, looked_for_in_vain, opt_out_phone, texts
from webapp import clock, database
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, QUEUED, REFUSED, REJECTED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount
from webapp.models.sending import answers, doubt
from webapp.models.sending.claim import Claimed, Refusal, Wait, claim_next
from webapp.models.sending.click import Declined
from webapp.rules import errors


async def claimed(cast: Cast) -> Claimed:
    """Amy has texted Lisa, and a worker has the text in its hand."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    found = await claim_next(cast.number.id)
    assert isinstance(found, Claimed)
    return found


@pytest.mark.both
async def test_a_text_is_claimed_once_however_many_workers_ask(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    found = await asyncio.gather(*(claim_next(cast.number.id) for _ in range(8)))
    assert sum(isinstance(row, Claimed) for row in found) == 1
    assert [m.status for m in await texts()] == [SENDING]


@pytest.mark.both
async def test_a_claim_is_answered_with_a_sid_and_counted(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "1" * 32, claim.attempt_id)
    [message] = await texts()
    assert message.status == TAKEN and message.sid == "SM" + "1" * 32
    assert await recount.differences() == []


async def test_a_text_lives_at_twilio_until_30_seconds_before_the_window_closes(cast: Cast) -> None:
    clock.freeze(clock.now().replace(hour=1, minute=30) + timedelta(days=1))  # 20:30 in Pittsburgh
    claim = await claimed(cast)
    assert claim.validity == 30 * 60 - 30


async def test_the_worker_refuses_in_the_window_s_last_minute(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=1, minute=59, second=0) + timedelta(days=1))
    await cast.click(cast.amy)
    clock.freeze(clock.now() + timedelta(seconds=5))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.OUT_OF_HOURS)
    conversation = await cast.conversation()
    assert conversation.texted_at is None and conversation.user_id == cast.amy.user_id
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_stop_between_click_and_claim_cancels_the_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    assert await claim_next(cast.number.id) is None
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).closed_code == errors.OPTED_OUT
    assert await recount.differences() == []


@pytest.mark.both
async def test_the_database_itself_refuses_to_send_after_a_stop(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(
        lambda: OptOut.create(campaign=cast.meyer, phone=cast.lisa.phone, source=FROM_ADMIN, at=clock.now())
    )
    [message] = await texts()
    with pytest.raises(IntegrityError):
        await transaction(lambda: Message.filter(id=message.id).update(status=SENDING))
    assert isinstance(await claim_next(cast.number.id), Refusal), "and the worker turns that into a refusal"
    assert [m.status for m in await texts()] == [REFUSED]


@pytest.mark.both
async def test_stop_against_claim_a_hundred_times_lets_nothing_through(cast: Cast) -> None:
    """Whoever commits first decides: no text is `sending` after its STOP."""
    for n in range(30):
        contact = await cast.add_contact(f"+1412555{3000 + n}", first_name="X", zip="15213")
        await cast.make()
        await cast.start(cast.amy)
        await cast.click(cast.amy, contact)
        await asyncio.gather(
            claim_next(cast.number.id), opt_out_phone(cast.meyer, contact.phone, FROM_ADMIN), claim_next(cast.number.id)
        )
        rows = await Message.filter(contact=contact)
        opted_out = await OptOut.get(phone=contact.phone)
        for message in rows:
            assert message.status in (CANCELLED, SENDING, REFUSED)
            if message.status == SENDING:
                assert message.claimed_at and message.claimed_at <= opted_out.at


async def test_another_action_s_text_is_locked_for_six_hours(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "1" * 32, claim.attempt_id)
    other = await second_action(cast)
    assert other == Declined(errors.LOCKED)
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    assert not isinstance(await second_action(cast), Declined)


async def second_action(cast: Cast):  # type: ignore[no-untyped-def]
    from tests.cast import send_card

    async def make() -> Action:
        found = await Action.get_or_none(title="Second")
        if found:
            return found
        action = await Action.create(campaign=cast.meyer, title="Second", state=PUBLIC, created_at=clock.now())
        await action.use_lists([cast.voters])
        await Script.create(action=action, kind="initial", body="Again, ##{{first_name}}. Reply STOP to opt out.")
        await making.make_all(action.id)
        return action

    action = await transaction(make)

    async def hold() -> Conversation:  # as if Dan's page had been open since before the text
        conversation = await Conversation.get(action=action, contact=cast.lisa)
        conversation.hold(cast.dan.user_id, clock.now())
        await conversation.save()
        return conversation

    return await send_card(cast.dan, await transaction(hold))


async def test_an_attempt_given_up_leaves_the_lock_as_it_was(cast: Cast) -> None:
    claim = await claimed(cast)
    assert (await Contact.get(id=cast.lisa.id)).last_claimed_message_id == claim.message_id
    await answers.later(claim.message_id, claim.attempt_id, 0)
    contact = await Contact.get(id=cast.lisa.id)
    assert contact.last_claimed_message_id is None and contact.last_claimed_at is None
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_a_rejected_text_counts_as_texted_with_its_error(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21612)
    [message] = await texts()
    assert (message.status, message.error_code) == (REJECTED, 21612)
    assert (await cast.conversation()).texted_at
    assert await recount.differences() == []


async def test_twilio_s_own_opt_out_becomes_ours(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21610)
    assert (await OptOut.get(phone=cast.lisa.phone)).source == "provider"


async def test_a_landline_is_learnt_for_half_a_year(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21614)
    contact = await Contact.get(id=cast.lisa.id)
    assert contact.landline(clock.now() + timedelta(days=179)) and not contact.landline(
        clock.now() + timedelta(days=181)
    )


async def test_bad_credentials_stop_the_campaign_and_keep_the_text(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 20003)
    campaign = await Campaign.get(id=cast.meyer.id)
    assert campaign.stopped_at and campaign.stopped_code == 20003
    assert [m.status for m in await texts()] == [QUEUED]
    assert await claim_next(cast.number.id) is None


async def test_stop_everything_leaves_what_waits_where_it_is(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()
    assert await claim_next(cast.number.id) is None
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_a_worker_gone_for_30_seconds_leaves_an_unknown_text(cast: Cast) -> None:
    await claimed(cast)
    assert await doubt.give_up_on_lost_workers() == 0
    clock.freeze(clock.now() + timedelta(seconds=31))
    assert await doubt.give_up_on_lost_workers() == 1
    assert [m.status for m in await texts()] == [UNKNOWN]


async def unknown(cast: Cast) -> Message:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    [message] = await texts()
    return message


async def test_a_text_found_at_twilio_is_taken_with_its_sid(cast: Cast) -> None:
    message = await unknown(cast)
    seen = doubt.Seen("SM" + "2" * 32, "\n" + message.body, clock.now())
    await doubt.looked_up(message.id, [seen])
    [message] = await texts()
    assert (message.status, message.sid) == (TAKEN, seen.sid)


async def test_an_older_text_of_the_same_words_is_not_ours(cast: Cast) -> None:
    message = await unknown(cast)
    seen = doubt.Seen("SM" + "2" * 32, message.body, clock.now() - timedelta(minutes=2))
    await doubt.looked_up(message.id, [seen])
    assert (await texts())[0].status == UNKNOWN


async def test_a_database_that_refuses_to_write_closes_nobody_s_conversation(cast: Cast) -> None:
    """A full disk is no opt-out: the text waits, and leaves when there is room."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    await transaction(lambda: database.rows(f"CREATE TRIGGER refuse BEFORE UPDATE ON message {full}"))
    with pytest.raises(IntegrityError):
        await claim_next(cast.number.id)
    await transaction(lambda: database.rows("DROP TRIGGER refuse"))
    assert (await cast.conversation()).closed_code is None
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_looked_for_three_times_in_vain_it_is_sent_once_more_and_then_staff_decide(cast: Cast) -> None:
    message = await unknown(cast)
    await looked_for_in_vain(message.id)
    assert (await texts())[0].status == QUEUED
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.unknown(second.message_id, second.attempt_id)
    await looked_for_in_vain(message.id)
    [message] = await texts()
    assert message.status == UNKNOWN and message.next_look_at is None
    assert [m.id for m in await doubt.undecided(cast.meyer.id)] == [message.id]
    assert await doubt.decide(message.id, "arrived")
    assert (await texts())[0].status == TAKEN
    assert await recount.differences() == []


async def test_a_late_answer_of_an_older_attempt_only_adds_its_sid(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(claim.message_id, "SM" + "3" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.sid, message.attempt_id) == (SENDING, "SM" + "3" * 32, second.attempt_id)


async def test_a_callback_before_the_answer_settles_the_text(cast: Cast) -> None:
    claim = await claimed(cast)
    payload = {"MessageSid": "SM" + "4" * 32, "MessageStatus": "sent"}
    event = await applying.keep(STATUS, payload, claim.public_id)
    assert event
    await applying.apply(event)
    await answers.taken(claim.message_id, "SM" + "4" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.delivery) == (TAKEN, "sent")
    assert await recount.differences() == []


@pytest.mark.both
async def test_statuses_in_any_order_and_twice_never_go_back(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "5" * 32, claim.attempt_id)
    for status in ("delivered", "sent", "delivered", "queued"):
        if event := await applying.keep(STATUS, {"MessageSid": "SM" + "5" * 32, "MessageStatus": status}):
            await applying.apply(event)
    assert (await texts())[0].delivery == "delivered"


async def test_a_delivery_error_is_counted_by_its_kind(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "6" * 32, claim.attempt_id)
    payload = {"MessageSid": "SM" + "6" * 32, "MessageStatus": "undelivered", "ErrorCode": "30007"}
    event = await applying.keep(STATUS, payload)
    assert event
    await applying.apply(event)

    assert (await tallies.totals(cast.action.id))["carrier_filtering"] == 1
    assert await recount.differences() == []


async def test_an_event_whose_row_is_not_known_waits(cast: Cast) -> None:
    event = await applying.keep(STATUS, {"MessageSid": "SM" + "7" * 32, "MessageStatus": "sent"}, uuid.uuid4())
    assert event
    await applying.apply(event)
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(seconds=2))
    assert [e.id for e in await applying.waiting()] == [event.id]


async def test_claiming_the_last_text_of_a_bucket_is_a_perform(cast: Cast) -> None:
    await claimed(cast)
    [bucket] = await Bucket.all()
    assert bucket.finished_at

    assert (await tallies.totals(cast.action.id))["performs"] == 1
    assert await recount.differences() == []


async def test_a_possible_opt_out_keeps_what_is_queued_from_leaving(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert (await texts())[0].error_code == errors.POSSIBLE_OPT_OUT


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
