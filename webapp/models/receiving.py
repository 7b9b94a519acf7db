"""What Twilio tells us: stored first, applied once, in any order (SPEC X5, V8)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import attention, learning, opt_outs, opting_out, sending, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.events import INBOUND, STATUS, TwilioEvent
from webapp.models.messages import DROPPED, FAILED_DELIVERY, IN, QUEUED, RANK, RECEIVED, UNKNOWN, Media, Message
from webapp.models.messages import INBOUND as INBOUND_TEXT
from webapp.models.numbers import PhoneNumber
from webapp.rules import opt_out, segments

STATUS_WAITS = timedelta(days=1)  # a status of a text that is not ours is tried for so long
LONGEST_PAUSE = 60  # seconds between two tries of one event


@dataclass(frozen=True)
class News:
    """Who should look: a user's id (None: nobody's page), and the conversation."""

    user_id: int | None = None
    conversation_id: int | None = None


@transactional
async def keep(kind: str, payload: dict[str, Any], public_id: uuid.UUID | None = None) -> TwilioEvent | None:
    """Stores what came; None where the same came before."""
    plain = {name: str(value).replace("\x00", "") for name, value in payload.items()}  # PostgreSQL's JSON has no NUL
    sid = (plain.get("MessageSid") or plain.get("SmsSid") or "")[:34]
    status = plain.get("MessageStatus", "")[:20] if kind == STATUS else ""
    new = await database.query(
        "INSERT INTO twilio_event (kind, sid, status, public_id, payload, received_at, failures)"
        " VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (sid, kind, status) DO NOTHING RETURNING id",
        kind, sid, status, _plain_uuid(public_id), json.dumps(plain), sql_time(clock.now()),
    )  # fmt: skip
    return await TwilioEvent.get(id=new[0]["id"]) if new else None


def _plain_uuid(value: uuid.UUID | None) -> Any:
    return str(value) if value and database.dialect() == "sqlite" else value


async def apply(event: TwilioEvent) -> News:
    """Applies a stored event; it stays open for the sweep where its row is not known yet."""
    return await (_receive(event.id) if event.kind == INBOUND else _status(event.id))


async def waiting() -> list[TwilioEvent]:
    """Events not applied yet that are due for a try: texts first, and never given up; those that failed least first."""
    due = TwilioEvent.filter(Q(next_try_at=None) | Q(next_try_at__lte=clock.now()), applied_at=None)
    texts = await due.filter(kind=INBOUND).order_by("failures", "received_at").limit(200)
    statuses = due.filter(kind=STATUS, received_at__gt=clock.now() - STATUS_WAITS)
    return texts + await statuses.order_by("failures", "received_at").limit(200)


async def stuck() -> int:
    """Texts that came in and failed several times over."""
    return await TwilioEvent.filter(applied_at=None, kind=INBOUND, failures__gt=3).count()


@transactional
async def failed(event_id: int) -> None:
    event = await TwilioEvent.get(id=event_id)
    _try_later(event)
    await event.save(update_fields=["failures", "next_try_at"])


def _try_later(event: TwilioEvent) -> None:
    event.failures += 1
    event.next_try_at = clock.now() + timedelta(seconds=min(2**event.failures, LONGEST_PAUSE))


@transactional
async def _receive(event_id: int) -> News:
    event = await TwilioEvent.filter(id=event_id).select_for_update().get()
    if event.applied_at:
        return News()
    event.applied_at = clock.now()
    await event.save(update_fields=["applied_at"])
    number = await PhoneNumber.get_or_none(e164=event.payload.get("To", "")).select_related("campaign")
    if number is None or await Message.exists(sid=event.sid):
        return News()
    contact = await Contact.of_phone(number.campaign, str(event.payload.get("From", ""))[:20])
    conversation = await _conversation_of(contact, number)
    text = await _store(event, number, contact, conversation)
    return await _act_on(text, contact, conversation, number.campaign, str(event.payload.get("OptOutType", "")))


async def _conversation_of(contact: Contact, number: PhoneNumber) -> Conversation | None:
    """That of the newest text to this phone from this number that Twilio took or may have taken. One that waits for a
    second attempt, or that staff dropped, was handed over once: they answered it, so it does not leave again."""
    rows = await database.query(
        "SELECT id, conversation_id, status FROM message WHERE contact_id = ? AND number_id = ? AND direction = 'out'"
        " AND conversation_id IS NOT NULL AND (status IN ('taken', 'unknown', 'sending')"
        " OR (status IN ('queued', 'dropped') AND attempts > 0)) ORDER BY id DESC LIMIT 1",
        contact.id, number.id,
    )  # fmt: skip
    if not rows:
        return None
    if rows[0]["status"] in (UNKNOWN, QUEUED, DROPPED):
        await sending.taken(rows[0]["id"])
    return await Conversation.filter(id=rows[0]["conversation_id"]).select_for_update().get()


async def _store(
    event: TwilioEvent, number: PhoneNumber, contact: Contact, conversation: Conversation | None
) -> Message:
    payload = event.payload
    body = str(payload.get("Body", ""))
    billed = segments.count(body)
    pictures = int(payload.get("NumMedia") or 0)
    text = await Message.create(
        campaign_id=number.campaign_id, contact_id=contact.id, conversation_id=conversation.id if conversation else None,
        number_id=number.id, user_id=conversation.user_id if conversation else None,
        action_id=conversation.action_id if conversation else None, direction=IN, kind=INBOUND_TEXT,
        phone=contact.phone, body=body, segments=billed.segments, encoding=billed.encoding, status=RECEIVED,
        created_at=clock.now(), public_id=uuid.uuid4(), sid=event.sid, media_count=pictures,
    )  # fmt: skip
    for n in range(min(pictures, 10)):
        kind = str(payload.get(f"MediaContentType{n}", ""))[:80]
        await Media.create(message=text, url=str(payload.get(f"MediaUrl{n}", ""))[:500], content_type=kind)
    return text


async def _act_on(
    text: Message, contact: Contact, conversation: Conversation | None, campaign: Campaign, opt_out_type: str
) -> News:
    """Keyword: opted out. Words that may mean it: nobody texts this phone until someone decided (V8)."""
    verdict = "opt_out" if opt_out_type == "STOP" else opt_out.classify(text.body)
    if verdict == "opt_out":
        await opting_out.opt_out(campaign, contact.phone, opt_outs.KEYWORD, message=text, words=text.body)
        contact = await Contact.get(id=contact.id)
    elif verdict == "possible" and contact.opted_out_at is None:
        contact.possible_opt_out_at, contact.possible_opt_out_message_id = clock.now(), text.id
    contact.last_message_at = text.created_at
    if conversation is None:
        await contact.save(update_fields=_TOLD)
        return News()
    contact.last_inbound_conversation_id = conversation.id
    await contact.save(update_fields=[*_TOLD, "last_inbound_conversation_id"])
    await _note_reply(text, contact, conversation.id, opted_out=verdict == "opt_out")
    return News(conversation.user_id, conversation.id)


_TOLD = ["possible_opt_out_at", "possible_opt_out_message_id", "last_message_at"]


async def _note_reply(text: Message, contact: Contact, conversation_id: int, opted_out: bool) -> None:
    conversation = await Conversation.get(id=conversation_id)
    tallies.take(conversation)
    conversation.replied_at = text.created_at
    if opted_out:
        conversation.opted_out_at = conversation.opted_out_at or text.created_at
    conversation.unread = contact.opted_out_at is None and conversation.user_id is not None
    await attention.refresh(conversation, contact)
    tallies.put(conversation)
    tallies.put(text)
    await conversation.save(update_fields=["replied_at", "opted_out_at", "unread", "needs_attention"])


@transactional
async def _status(event_id: int) -> News:
    event = await TwilioEvent.filter(id=event_id).select_for_update().get()
    if event.applied_at:
        return News()
    found = await Message.get_or_none(sid=event.sid, direction="out")
    if found is None and event.public_id:
        found = await Message.get_or_none(public_id=event.public_id, direction="out", attempts__gt=0)
    if found is None:
        _try_later(event)
        await event.save(update_fields=["failures", "next_try_at"])
        return News()
    event.applied_at = clock.now()
    await event.save(update_fields=["applied_at"])
    if found.sid not in (None, event.sid):
        return News()
    await sending.taken(found.id, event.sid)
    return await _delivery(found.id, event)


async def _delivery(message_id: int, event: TwilioEvent) -> News:
    """By rank, never downgraded; an error teaches what it can."""
    contact, message = await sending.locked(message_id)
    if RANK.get(event.status, 0) <= RANK.get(message.delivery, 0):
        return News()
    code = str(event.payload.get("ErrorCode") or "")
    tallies.take(message)
    message.delivery = event.status
    if code.isdecimal() and int(code):
        message.error_code = int(code)
    tallies.put(message)
    await message.save(update_fields=["delivery", "error_code"])
    if event.status in FAILED_DELIVERY:
        await learning.from_error(message, contact, message.error_code or 0)
    conversation = await Conversation.get_or_none(id=message.conversation_id)
    return News(conversation.user_id if conversation else None, message.conversation_id)
