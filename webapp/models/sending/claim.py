"""Claiming the next text of a number: everything asked once more, in one transaction that is committed before the call
(SPEC X1 to X3, DESIGN).

Pace and exclusion are in the number's row, so two workers, a frozen one or a lost queue change nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from webapp import clock, database
from webapp.database import guards, transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions import audience, pictures
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention, buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import (
    CONFIRMATION,
    IN,
    INITIAL,
    QUEUED,
    REFUSED,
    SENDING,
    Message,
    leave_to_staff,
    locked_message,
)
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.sending import answers, facts, sent_notes
from webapp.rules import errors, opt_out, safeguards, window

CATCH_UP = timedelta(seconds=0.5)
VALIDITY_PAD = timedelta(seconds=30)
LONGEST_VALIDITY = 36_000


@dataclass(frozen=True)
class Claimed:
    """A text that is ours to hand over, once. ``validity``: seconds Twilio may keep it; ``committed``: steady clock."""

    message_id: int
    number_id: int
    free_at: datetime  # when the number's pace lets the next one leave
    attempt_id: uuid.UUID
    public_id: uuid.UUID
    to: str
    from_: str
    body: str
    validity: int
    committed: float
    picture: str = ""  # the path Twilio fetches it from, where one goes with it


@dataclass(frozen=True)
class Wait:
    """Nothing may leave by this number for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Refusal:
    """The text was refused at the last moment; ``user_id`` is whose page should know."""

    message_id: int
    user_id: int | None


@dataclass(frozen=True)
class Older:
    """A note beside the database tells of claims this database has never seen: it was restored, or fell back, while we ran."""


async def claim_next(number_id: int) -> Claimed | Wait | Refusal | Older | None:
    """The next due text of a number, replies first, claimed. None: nothing is due, or the campaign is stopped."""
    number = await PhoneNumber.get(id=number_id).select_related("campaign")
    if number.campaign.stopped_at or number.paused_at:
        return None
    now = clock.now()
    if (seconds := number.wait(now)) > 0:
        return Wait(seconds)
    if (message_id := await _next_due(number, now)) is None:
        return None
    try:
        return await _claim(message_id, number_id)
    except _FellBack:
        return Older()
    except IntegrityError as error:
        if guards.OPTED_OUT not in str(error):  # a database that refuses for another reason says nothing of the person
            raise
        return await _refuse(message_id, errors.OPTED_OUT)


async def _next_due(number: PhoneNumber, now: datetime) -> int | None:
    """Texts of actions whose first texts are stopped stay where they are."""
    actions = await Action.filter(campaign_id=number.campaign_id).select_related("campaign")
    held = ", ".join(str(a.id) for a in actions if a.first_texts_stopped(now)) or "0"
    rows = await database.query(
        "SELECT id FROM message WHERE number_id = ? AND status = 'queued' AND due_at <= ?"
        f" AND (kind <> 'initial' OR action_id NOT IN ({held})) ORDER BY priority, due_at, id LIMIT 1",
        number.id,
        sql_time(now),
    )
    return rows[0]["id"] if rows else None


@transactional
async def _claim(message_id: int, number_id: int) -> Claimed | Wait | Refusal | Older | None:
    """One transaction: the contact's row, then everything asked again, then the number's pace."""
    contact, message = await locked_message(message_id)
    if message.status != QUEUED:
        return Wait(0)
    number, now = await PhoneNumber.get(id=number_id).select_related("campaign"), clock.now()
    campaign = number.campaign
    if campaign.stopped_at or await _first_texts_stopped(message, now):
        return None
    confirms = message.kind == CONFIRMATION and await _may_confirm(message)
    asked = await facts.gather(
        campaign,
        contact,
        message.conversation_id,
        number,
        message.kind,
        message.body,
        message,
        confirms,
        picture_id=message.picture_id,
    )
    verdict = safeguards.may_send(asked, now, at_the_worker=True)
    if isinstance(verdict, safeguards.Refused):
        return await _refuse(message.id, verdict.code)
    if (free_at := await _take_turn(number, message, now)) is None:
        return Wait(0)
    if _fell_back(number):
        raise _FellBack
    return await _hand_over(message, contact, number, free_at, asked.zones, now)


class _FellBack(Exception):
    """Undoes the transaction."""


def _fell_back(number: PhoneNumber) -> bool:
    """Asked while the number's row is ours: every note is of a claim that was committed before."""
    noted = sent_notes.of(number.id)
    return noted is not None and (number.free_at is None or number.free_at < noted)


async def _first_texts_stopped(message: Message, now: datetime) -> bool:
    """Paused, ended or archived after the click: a first text waits; replies and tests leave."""
    if message.kind != INITIAL:
        return False
    action = await Action.get(id=message.action_id).select_related("campaign")
    return bool(action.first_texts_stopped(now))


async def _may_confirm(message: Message) -> bool:
    """It is the one text its opt-out allows, and no STOP came in since: after that not even this one leaves."""
    if not await OptOut.exists(confirmation_id=message.id):
        return False
    since = await Message.filter(contact_id=message.contact_id, direction=IN, id__gt=message.id)
    return all(opt_out.classify(text.body) != "opt_out" for text in since)


async def _take_turn(number: PhoneNumber, message: Message, now: datetime) -> datetime | None:
    """Advances the number's pace, and until when; None where another worker did meanwhile. What was lost to waking up late is caught up with,
    up to CATCH_UP: else every text would make the pace a little slower."""
    free_at = number.free_at
    if free_at is not None and free_at > now:
        return None
    start = max(free_at, now - CATCH_UP) if free_at else now
    until = start + timedelta(seconds=message.segments / number.rate)
    as_read, values = ("free_at = ?", [sql_time(free_at)]) if free_at else ("free_at IS NULL", [])
    taken = await database.query(
        f"UPDATE phone_number SET free_at = ? WHERE id = ? AND {as_read} RETURNING id",
        sql_time(until),
        number.id,
        *values,
    )
    return until if taken else None


async def _hand_over(
    message: Message, contact: Contact, number: PhoneNumber, free_at: datetime, zones: Sequence[str], now: datetime
) -> Claimed:
    message.status, message.attempt_id, message.claimed_at = SENDING, uuid.uuid4(), now
    message.attempts += 1
    message.looks, message.next_look_at = 0, None
    await message.save(update_fields=["status", "attempt_id", "claimed_at", "attempts", "looks", "next_look_at"])
    if contact.last_claimed_message_id != message.id:
        contact.earlier_claimed_at = contact.last_claimed_at
        contact.earlier_claimed_message_id = contact.last_claimed_message_id
    contact.last_claimed_at, contact.last_claimed_message_id = now, message.id
    contact.last_message_at = now
    await contact.save(update_fields=answers.CLAIMS)
    if message.bucket_id and (bucket := await Bucket.get_or_none(id=message.bucket_id)):
        await buckets.settle(bucket, now)
    return Claimed(
        message.id,
        number.id,
        free_at,
        message.attempt_id,
        message.public_id,
        message.phone,
        number.e164,
        message.body,
        _validity(number.campaign, zones, now),
        clock.steady(),
        _picture(message, now),
    )


def _picture(message: Message, now: datetime) -> str:
    return pictures.signed_path(message.picture_id, now) if message.picture_id else ""


def _validity(campaign: Campaign, zones: Sequence[str], now: datetime) -> int:
    """Seconds until 30 s before the window closes where the contact is: after that Twilio lets the text die."""
    ends = [
        window.closes_at(now, campaign.opens, campaign.closes, zones),
        window.closes_at(now, window.LEGAL_START, window.LEGAL_END, zones),
    ]
    left = (min(ends) - VALIDITY_PAD - now).total_seconds()
    return max(1, min(int(left), LONGEST_VALIDITY))


@transactional
async def _refuse(message_id: int, code: int) -> Refusal | None:
    """The last gate said no. A first text: the conversation is unsent again, at the end of its holder's queue, or
    closed where the refusal is final. A reply: shown in the thread, its words back in the composer. A second attempt:
    the first may have arrived, so the text stays what it was, and staff decide."""
    contact, message = await locked_message(message_id)
    if message.status != QUEUED:
        return None
    if message.may_have_arrived:
        await leave_to_staff(message, code)
        return Refusal(message.id, message.user_id)
    message.status, message.error_code = REFUSED, code
    await message.save(update_fields=["status", "error_code"])
    if message.conversation_id is None:  # a test: there is nobody to answer
        return Refusal(message.id, message.user_id)
    return Refusal(message.id, await _back_to_its_holder(message, contact, code))


async def _back_to_its_holder(message: Message, contact: Contact, code: int) -> int | None:
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    tallies.take(conversation)
    if message.kind == INITIAL:
        conversation.texted_at = None
        await buckets.open_again(message.bucket_id)
        if safeguards.Refused(code).not_now:
            conversation.to_the_end()
        else:
            conversation.closed_code = code
    await attention.refresh(conversation, contact)
    tallies.put(conversation)
    await conversation.save(update_fields=["texted_at", "turn", "closed_code", "needs_attention"])
    await tallies.hit(conversation.action_id, conversation.id, code)
    await audience.sync_conversations([contact.id])
    return conversation.user_id
