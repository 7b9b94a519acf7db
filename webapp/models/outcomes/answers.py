"""Records what became of a claimed text: taken, rejected, put back in the queue, or unknown (SPEC X2, DESIGN).

An answer is recorded by compare-and-set on the message and its attempt, so that a late one changes nothing else.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import spending, tallies
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import DROPPED, QUEUED, REJECTED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import learning
from webapp.rules import errors, phone
from webapp.rules.numbers.rests import LONGEST_HOLD

FIRST_LOOK = timedelta(seconds=30)  # after it became unknown
# A contact's columns that a claim changes; they are restored when Twilio certainly did not take the text
CLAIMS = (
    "last_claimed_at",
    "last_claimed_message_id",
    "earlier_claimed_at",
    "earlier_claimed_message_id",
    "last_message_at",
)


@transactional
async def taken(message_id: int, sid: str | None = None, attempt_id: uuid.UUID | None = None) -> None:
    """Notes that Twilio has it, by the call's answer, a callback or a look-up; without a ``sid``, by the contact's
    reply or the staff. A text queued for a second attempt does not leave again. While a second attempt is under way, a
    late answer to the first only adds its sid."""
    _, message = await Message.locked(message_id)
    under_way = message.status == SENDING and attempt_id not in (None, message.attempt_id)
    async with tallies.moving(message):
        if message.status in (SENDING, UNKNOWN, QUEUED, DROPPED) and not under_way:
            message.status, message.taken_at, message.next_look_at = TAKEN, clock.now(), None
            message.error_code = None  # of a second attempt that a safeguard refused
            spending.add(message)
        if sid and message.sid is None and not await Message.exists(sid=sid):
            message.sid = sid


@transactional
async def rejected(message_id: int, attempt_id: uuid.UUID, code: int) -> None:
    """Twilio refused it: it counts as texted, with its error, and is never tried again by itself. A refusal that is not
    about this text stops the campaign, and the text is queued again."""
    contact, message = await Message.locked(message_id)
    if message.status not in (SENDING, UNKNOWN) or message.attempt_id != attempt_id:
        return
    if errors.stops_sending(code, code == errors.REGION and await _own_region(message)):
        await learning.stop_campaign(message.campaign_id, code, message.claimed_at)
        await _put_back(message, contact, 0)
        return
    async with tallies.moving(message):
        message.status, message.error_code, message.next_look_at = REJECTED, code, None
    await learning.from_error(message, contact, code)


async def _own_region(message: Message) -> bool:
    number = await PhoneNumber.get(id=message.number_id)
    return phone.region(message.phone) == phone.region(number.e164)


@transactional
async def later(message_id: int, attempt_id: uuid.UUID, seconds: float) -> None:
    """Twilio certainly did not take it: it is queued again, and the contact's lock is as it was before the claim."""
    contact, message = await Message.locked(message_id)
    if message.status == SENDING and message.attempt_id == attempt_id:
        await _put_back(message, contact, seconds)
        await hold_number(message.number_id, seconds)


@transactional
async def hold_number(number_id: int | None, seconds: float) -> None:
    """Keeps texts from leaving by the number for so many seconds. A later time that another call was told stays, unless
    it is further ahead than Twilio ever asks for: then a wrong clock set it."""
    until = clock.now() + timedelta(seconds=seconds)
    await database.query(
        "UPDATE phone_number SET held_until = ? WHERE id = ? AND (held_until IS NULL OR held_until < ? OR held_until > ?)"
        " RETURNING id",
        sql_time(until),
        number_id,
        sql_time(until),
        sql_time(clock.now() + timedelta(seconds=LONGEST_HOLD)),
    )


@transactional
async def unknown(message_id: int, attempt_id: uuid.UUID) -> None:
    """Notes that Twilio may have taken it: until a look-up settles it, the conversation counts as texted and the lock
    holds."""
    _, message = await Message.locked(message_id)
    if message.status == SENDING and message.attempt_id == attempt_id:
        message.status, message.looks = UNKNOWN, 0
        message.next_look_at = clock.now() + FIRST_LOOK
        await message.save(update_fields=["status", "looks", "next_look_at"])


@transactional
async def reached_nobody(message_id: int, code: int) -> None:
    """A text that Twilio took failed because of the account: it waits for the campaign to go on, like one that was never
    tried. Where an earlier attempt may have arrived, staff decide. Later statuses of the failed one find no row."""
    contact, message = await Message.locked(message_id)
    if message.status != TAKEN:
        return
    spending.add(message, -1)
    async with tallies.moving(message):
        message.sid, message.delivery, message.error_code, message.taken_at = None, "", None, None
        message.public_id = uuid.uuid4()
        if message.attempts > 1:
            message.status, message.next_look_at, message.error_code = UNKNOWN, None, code
        else:
            await _put_back(message, contact, 0)
    await learning.stop_campaign(message.campaign_id, code, message.claimed_at)


async def _put_back(message: Message, contact: Contact, seconds: float) -> None:
    """Undoes this attempt: the text is queued again and the contact's lock is what it was before. If an earlier attempt
    turned out to have arrived meanwhile, the text is taken instead; while it may have arrived, its lock stays."""
    if message.sid is not None:
        await taken(message.id, message.sid)
        return
    message.status, message.due_at = QUEUED, clock.now() + timedelta(seconds=seconds)
    message.attempts, message.next_look_at = message.attempts - 1, None
    await message.save(update_fields=["status", "due_at", "attempts", "next_look_at"])
    if contact.last_claimed_message_id == message.id and message.attempts == 0:
        contact.last_claimed_at = contact.earlier_claimed_at
        contact.last_claimed_message_id = contact.earlier_claimed_message_id
        contact.earlier_claimed_at = contact.earlier_claimed_message_id = None
        contact.last_message_at = await Message.newest_with(contact)
        await contact.save(update_fields=CLAIMS)
