"""Claims the next text of a number: asks every safeguard again in one transaction, committed before the call to Twilio
(SPEC X1 to X3, DESIGN).

The number's row holds its pace and excludes a second worker, so a frozen worker or a lost queue changes nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from tortoise.exceptions import IntegrityError

from webapp import clock, database
from webapp.database import guards, transactional
from webapp.database.packed import sql_time
from webapp.models.actions import pictures
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.message import CONFIRMATION, IN, INITIAL, QUEUED, SENDING, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers, outages, sent_notes
from webapp.models.sending import facts, leaving, withdrawing
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal, refuse
from webapp.rules import errors, opt_out, safeguards

log = logging.getLogger(__name__)
CATCH_UP = timedelta(seconds=0.5)
CANNOT_TELL = 5.0  # seconds until the disk is asked again
ONE_AT_A_TIME = 0.1  # seconds until a person is asked for again whom another text is on its way to


@dataclass(frozen=True)
class Wait:
    """Nothing leaves by this number for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Ask:
    """Twilio must be asked for the number's newest texts first. ``out``: it failed lately, so that asking is also a try."""

    out: bool


@dataclass(frozen=True)
class Older:
    """A later claim is noted than the database knows of: it was restored, or failed over, meanwhile."""


class _CannotTell(Exception):
    """Rolls the transaction back: the disk does not say how far this number's sending had got."""


class _FellBack(Exception):
    """Rolls the transaction back: the database has fallen back. Every note is of a committed claim, since this
    transaction holds the number's row."""


async def claim_next(
    number_id: int, asked: bool = True, trying: bool = False
) -> Claimed | Wait | Refusal | Ask | Older | None:
    """Claims the number's next due text, replies first. None: nothing is due, or sending is stopped or paused. ``asked``:
    this process has asked Twilio for the number's newest texts. ``trying``: it tries one text after an outage."""
    number = await PhoneNumber.get(id=number_id).select_related("campaign")
    if number.campaign.stopped_at or number.paused_at:
        return None
    now = await database.now()
    seconds = number.wait(now) or number.campaign.rest(now)
    if seconds > 0 and not trying:
        return Wait(seconds)
    if (message_id := await _next_due(number, now)) is None:
        return None
    if not trying and (not asked or outages.is_out(number)):
        return Ask(outages.is_out(number))
    try:
        return await _claim(message_id, number_id, trying)
    except _FellBack:
        return Older()
    except _CannotTell as error:
        log.error("nothing leaves by number %s: %s", number_id, error.__cause__)
        return Wait(CANNOT_TELL)
    except IntegrityError as error:
        if guards.OPTED_OUT not in str(error):  # another refusal of the database says nothing about the contact
            raise
        return await refuse(message_id, errors.OPTED_OUT)


async def _next_due(number: PhoneNumber, now: datetime) -> int | None:
    """First texts of stopped, paused or capped actions stay queued; those of archived and ended ones are withdrawn. A
    text waits while another to this person is under way. It waits for an earlier one of its conversation that is queued
    or looked up, so that they leave in order. It also waits until everything this person wrote is applied: that may be
    a STOP."""
    actions = await Action.filter(campaign_id=number.campaign_id).select_related("campaign")
    held = ", ".join(str(a.id) for a in actions if a.first_texts_stopped(now) and not a.over(now)) or "0"
    rows = await database.query(
        "SELECT id FROM message WHERE number_id = ? AND status = 'queued' AND due_at <= ?"
        f" AND (kind <> 'initial' OR action_id NOT IN ({held})) AND NOT EXISTS (SELECT 1 FROM message e"
        " WHERE e.contact_id = message.contact_id AND (e.status = 'sending' OR (e.id < message.id"
        " AND e.conversation_id = message.conversation_id AND ((e.status = 'queued'"
        f" AND (e.kind <> 'initial' OR e.action_id NOT IN ({held}))) OR (e.status = 'unknown' AND e.next_look_at IS NOT NULL)))))"
        f" AND NOT EXISTS ({leaving.unapplied('message.phone')}) ORDER BY priority, due_at, id LIMIT 1",
        number.id,
        sql_time(now),
    )
    return rows[0]["id"] if rows else None


@transactional
async def _claim(message_id: int, number_id: int, trying: bool) -> Claimed | Wait | Refusal | Older | None:
    """One transaction: locks the contact, asks every safeguard again, then takes the number's turn."""
    contact, message = await Message.locked(message_id)
    if message.status != QUEUED:
        return Wait(0)
    if await Message.exists(contact_id=contact.id, status=SENDING):  # claimed by another number a moment ago
        return Wait(ONE_AT_A_TIME)
    number, now = await PhoneNumber.get(id=number_id).select_related("campaign"), await database.now()
    campaign, action = number.campaign, await _action_of(message)
    if await withdrawing.withdrawn(message, action, now):
        await withdrawing.withdraw(message, contact)
        return Wait(0)
    if campaign.stopped_at or (action and action.first_texts_stopped(now)):
        return None
    asked = await facts.gather(campaign, contact, number, await _text(message))
    verdict = safeguards.may_send(asked, now, at_the_worker=True)
    if isinstance(verdict, safeguards.Refused):
        return await refuse(message.id, verdict.code)
    if not await _take_turn(number, message, now, trying):
        return Wait(0)
    if _noted(number) > number.claim_mark:
        raise _FellBack
    return await _hand_over(message, contact, number, asked.zones, now)


async def _text(message: Message) -> facts.Text:
    return facts.Text(
        kind="opt_in" if message.kind == INITIAL and message.user_id is None else cast(safeguards.Kind, message.kind),
        body=message.body,
        message_id=message.id,
        conversation_id=message.conversation_id,
        picture_id=message.picture_id,
        unfilled=(),  # what could not be filled was never queued
        texted_already=False,  # the index one_first_text lets no conversation have a second one
        confirms_opt_out=message.kind == CONFIRMATION and await _may_confirm(message),
        clicked_at=message.decided_at or message.created_at,
    )


def _noted(number: PhoneNumber) -> int:
    try:
        return sent_notes.of(number.id)
    except OSError as error:
        raise _CannotTell from error


async def _action_of(message: Message) -> Action | None:
    """The action of a first text, which may have been stopped since the click. None for replies and tests: they
    leave."""
    found = Action.filter(id=message.action_id or 0).select_related("campaign")
    return await found.first() if message.kind == INITIAL else None


async def _may_confirm(message: Message) -> bool:
    """True for the one text that its opt-out allows, unless a STOP came in since."""
    if not await OptOut.exists(confirmation_id=message.id):
        return False
    since = await Message.filter(contact_id=message.contact_id, direction=IN, id__gt=message.id)
    return all(opt_out.classify(text.body) != "opt_out" for text in since)


async def _take_turn(number: PhoneNumber, message: Message, now: datetime, trying: bool) -> bool:
    """Advances the number's pace and its mark; False where another worker was faster. Makes up for time lost by waking
    up late, up to CATCH_UP: else every text would slow the pace a little."""
    if number.wait(now) > 0 and not trying:
        return False
    start = min(max(number.free_at, now - CATCH_UP), now) if number.free_at else now
    until = start + timedelta(seconds=message.segments / number.rate)
    return bool(
        await database.query(
            "UPDATE phone_number SET free_at = ?, claim_mark = claim_mark + 1 WHERE id = ? AND claim_mark = ? RETURNING id",
            sql_time(until),
            number.id,
            number.claim_mark,
        )
    )


async def _hand_over(
    message: Message, contact: Contact, number: PhoneNumber, zones: Sequence[str], now: datetime
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
        number.claim_mark + 1,
        message.attempt_id,
        message.public_id,
        message.phone,
        number.e164,
        message.body,
        now,
        leaving.leave_by(number.campaign, zones, now),
        clock.steady(),
        bool(number.failures or number.campaign.failures),
        _picture(message, now),
    )


def _picture(message: Message, now: datetime) -> str:
    return pictures.signed_path(message.picture_id, now) if message.picture_id else ""
