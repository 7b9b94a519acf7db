"""Handing texts to Twilio at most once: claim, answer, and what to do when there was none (SPEC X2, DESIGN).

A claim is committed before the call. Pace and exclusion are in the number's row, so two workers, a frozen one or a
lost queue change nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from webapp import clock, database
from webapp.database import transactional
from webapp.models import attention, audience, buckets, gate, learning, tallies
from webapp.models.actions import Action
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, sql_time
from webapp.models.conversations import Bucket, Conversation
from webapp.models.messages import (
    CONFIRMATION,
    DROPPED,
    IN,
    INITIAL,
    QUEUED,
    REFUSED,
    REJECTED,
    SENDING,
    TAKEN,
    UNKNOWN,
    Message,
)
from webapp.models.numbers import PhoneNumber
from webapp.models.opt_outs import OptOut
from webapp.rules import errors, opt_out, safeguards, window

BAD_CREDENTIALS = 20003
FIRST_LOOK = timedelta(seconds=30)
VALIDITY_PAD = timedelta(seconds=30)
LONGEST_VALIDITY = 36_000


@dataclass(frozen=True)
class Claimed:
    """A text that is ours to hand over, once. ``validity``: seconds Twilio may keep it; ``committed``: steady clock."""

    message_id: int
    attempt_id: uuid.UUID
    public_id: uuid.UUID
    to: str
    from_: str
    body: str
    validity: int
    committed: float


@dataclass(frozen=True)
class Wait:
    """Nothing may leave by this number for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Refusal:
    """The text was refused at the last moment; ``user_id`` is whose page should know."""

    message_id: int
    user_id: int | None


async def claim_next(number_id: int) -> Claimed | Wait | Refusal | None:
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
    except IntegrityError:  # the database's own guard: this phone has opted out
        return await _refuse(message_id, errors.OPTED_OUT)


async def _next_due(number: PhoneNumber, now: datetime) -> int | None:
    """Texts of actions whose first texts are stopped stay where they are."""
    actions = await Action.filter(campaign_id=number.campaign_id).select_related("campaign")
    held = ", ".join(str(a.id) for a in actions if a.first_texts_stopped(now)) or "0"
    rows = await database.query(
        "SELECT id FROM message WHERE number_id = ? AND status = 'queued' AND due_at <= ?"  # noqa: S608
        f" AND (kind <> 'initial' OR action_id NOT IN ({held})) ORDER BY priority, due_at, id LIMIT 1",
        number.id, sql_time(now),
    )  # fmt: skip
    return rows[0]["id"] if rows else None


@transactional
async def _claim(message_id: int, number_id: int) -> Claimed | Wait | Refusal | None:
    """One transaction: the contact's row, then everything asked again, then the number's pace."""
    contact, message = await locked(message_id)
    if message.status != QUEUED:
        return Wait(0)
    conversation = await Conversation.get(id=message.conversation_id)
    action = await Action.get(id=message.action_id).select_related("campaign")
    number, now = await PhoneNumber.get(id=number_id), clock.now()
    if action.campaign.stopped_at or (message.kind == INITIAL and action.first_texts_stopped(now)):
        return None
    confirms = message.kind == CONFIRMATION and await _may_confirm(message)
    asked = await gate.facts(
        action.campaign,
        contact,
        conversation,
        number,
        message.kind,
        message.body,
        message,
        confirms,
    )
    verdict = safeguards.may_send(asked, now, at_the_worker=True)
    if isinstance(verdict, safeguards.Refused):
        return await _refuse(message.id, verdict.code)
    if not await _take_turn(number, message, now):
        return Wait(0)
    return await _hand_over(message, contact, number, action.campaign, asked.zones, now)


async def _may_confirm(message: Message) -> bool:
    """It is the one text its opt-out allows, and no STOP came in since: after that not even this one leaves."""
    if not await OptOut.exists(confirmation_id=message.id):
        return False
    since = await Message.filter(contact_id=message.contact_id, direction=IN, id__gt=message.id)
    return all(opt_out.classify(text.body) != "opt_out" for text in since)


async def _take_turn(number: PhoneNumber, message: Message, now: datetime) -> bool:
    """Advances the number's pace, unless another worker did meanwhile."""
    until = now + timedelta(seconds=message.segments / number.rate)
    taken = await database.query(
        "UPDATE phone_number SET free_at = ? WHERE id = ? AND (free_at IS NULL OR free_at <= ?) RETURNING id",
        sql_time(until), number.id, sql_time(now),
    )  # fmt: skip
    return bool(taken)


async def _hand_over(
    message: Message, contact: Contact, number: PhoneNumber, campaign: Campaign, zones: Sequence[str], now: datetime
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
    await contact.save(update_fields=_CLAIMS)
    if message.bucket_id and (bucket := await Bucket.get_or_none(id=message.bucket_id)):
        await buckets.settle(bucket, now)
    return Claimed(
        message.id, message.attempt_id, message.public_id, message.phone, number.e164, message.body,
        _validity(campaign, zones, now), clock.steady(),
    )  # fmt: skip


_CLAIMS = [
    "last_claimed_at",
    "last_claimed_message_id",
    "earlier_claimed_at",
    "earlier_claimed_message_id",
    "last_message_at",
]


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
    contact, message = await locked(message_id)
    if message.status != QUEUED:
        return None
    if message.may_have_arrived:
        await leave_to_staff(message, code)
        return Refusal(message.id, message.user_id)
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    tallies.take(conversation)
    message.status, message.error_code = REFUSED, code
    await message.save(update_fields=["status", "error_code"])
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
    await audience.follow([contact.id])
    return Refusal(message.id, conversation.user_id)


@transactional
async def taken(message_id: int, sid: str | None = None, attempt_id: uuid.UUID | None = None) -> None:
    """Twilio has it: the answer to the call says so, a callback or a look; without a sid, their reply or the staff. A text that waits for a second attempt does
    not leave again. While a second attempt is under way, a late answer of the first only adds its sid."""
    _, message = await locked(message_id)
    under_way = message.status == SENDING and attempt_id not in (None, message.attempt_id)
    tallies.take(message)
    if message.status in (SENDING, UNKNOWN, QUEUED, DROPPED) and not under_way:
        message.status, message.taken_at, message.next_look_at = TAKEN, clock.now(), None
    if sid and message.sid is None and not await Message.exists(sid=sid):
        message.sid = sid
    tallies.put(message)
    await message.save(update_fields=["status", "taken_at", "next_look_at", "sid"])


@transactional
async def rejected(message_id: int, attempt_id: uuid.UUID, code: int) -> None:
    """Twilio refused it: texted, with its error, never tried again by itself. Bad credentials stop the campaign and
    leave the text where it was."""
    contact, message = await locked(message_id)
    if message.status not in (SENDING, UNKNOWN) or message.attempt_id != attempt_id:
        return
    if code == BAD_CREDENTIALS:
        await (await Campaign.get(id=message.campaign_id)).stop_everything(code)
        await _put_back(message, contact, 0)
        return
    tallies.take(message)
    message.status, message.error_code, message.next_look_at = REJECTED, code, None
    tallies.put(message)
    await message.save(update_fields=["status", "error_code", "next_look_at"])
    await learning.from_error(message, contact, code)


@transactional
async def later(message_id: int, attempt_id: uuid.UUID, seconds: float) -> None:
    """Certainly not taken: it waits again, and the contact's lock is as it was before the claim."""
    contact, message = await locked(message_id)
    if message.status == SENDING and message.attempt_id == attempt_id:
        await _put_back(message, contact, seconds)
        await _hold_number(message.number_id, clock.now() + timedelta(seconds=seconds))


async def _hold_number(number_id: int | None, until: datetime) -> None:
    """Nothing leaves by it before then. What other claims have set already is never taken back."""
    await database.query(
        "UPDATE phone_number SET free_at = ? WHERE id = ? AND (free_at IS NULL OR free_at < ?) RETURNING id",
        sql_time(until), number_id, sql_time(until),
    )  # fmt: skip


@transactional
async def unknown(message_id: int, attempt_id: uuid.UUID) -> None:
    """It may have been taken. The conversation counts as texted and holds the lock; look before sending again."""
    _, message = await locked(message_id)
    if message.status == SENDING and message.attempt_id == attempt_id:
        message.status, message.looks = UNKNOWN, 0
        message.next_look_at = (message.claimed_at or clock.now()) + FIRST_LOOK
        await message.save(update_fields=["status", "looks", "next_look_at"])


async def try_again(message: Message) -> None:
    """A second attempt of a text nobody found at Twilio. The first may have arrived: its claim stands."""
    message.status, message.due_at, message.next_look_at = QUEUED, clock.now(), None
    await message.save(update_fields=["status", "due_at", "next_look_at"])


async def leave_to_staff(message: Message, code: int | None = None) -> None:
    """Nobody knows whether it arrived, and it may not leave again by itself."""
    message.status, message.error_code, message.next_look_at = UNKNOWN, code, None
    await message.save(update_fields=["status", "error_code", "next_look_at"])


async def _put_back(message: Message, contact: Contact, seconds: float) -> None:
    """This attempt never was: the text waits again, and the contact's lock is what it was before. Where an earlier
    attempt turned out to have arrived meanwhile, there is nothing to wait for."""
    if message.sid is not None:
        await taken(message.id, message.sid)
        return
    message.status, message.due_at = QUEUED, clock.now() + timedelta(seconds=seconds)
    message.attempts, message.next_look_at = message.attempts - 1, None
    await message.save(update_fields=["status", "due_at", "attempts", "next_look_at"])
    if contact.last_claimed_message_id == message.id:
        contact.last_claimed_at = contact.earlier_claimed_at
        contact.last_claimed_message_id = contact.earlier_claimed_message_id
        contact.earlier_claimed_at = contact.earlier_claimed_message_id = None
        contact.last_message_at = await Message.newest_with(contact)
        await contact.save(update_fields=_CLAIMS)


async def locked(message_id: int) -> tuple[Contact, Message]:
    """The contact's row first, then the message's."""
    contact = await Contact.locked((await Message.get(id=message_id)).contact_id)
    return contact, await Message.filter(id=message_id).select_for_update().get()
