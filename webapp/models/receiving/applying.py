"""What Twilio tells us: stored first, applied once, in any order (SPEC X5, V8)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, Statement, insert, new, together, update
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import (
    DROPPED,
    FAILED_DELIVERY,
    IN,
    QUEUED,
    RANK,
    RECEIVED,
    UNKNOWN,
    Message,
    locked_message,
)
from webapp.models.conversations.message import INBOUND as INBOUND_TEXT
from webapp.models.numbers.number import ADDING_NUMBERS, PhoneNumber
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent
from webapp.models.receiving.media import Media
from webapp.models.sending import answers, learning, round_trip
from webapp.rules import opt_out, segments

STATUS_WAITS = timedelta(days=1)  # a status of a text that is not ours is tried for so long
MOST_MEDIA = 10
LONGEST_PAUSE = 60  # seconds between two tries of one event


@dataclass(frozen=True)
class News:
    """The conversation an event changed, and its holder where it has one, for webapp/news.py."""

    user_id: int | None = None
    conversation_id: int | None = None


@transactional
async def keep(kind: str, payload: dict[str, Any], public_id: uuid.UUID | None = None) -> TwilioEvent | None:
    """Stores what came; None where the same came before."""
    plain = {name: str(value).replace("\x00", "") for name, value in payload.items()}  # PostgreSQL's JSON has no NUL
    sid = (plain.get("MessageSid") or plain.get("SmsSid") or "")[:34]
    event = TwilioEvent(
        kind=kind,
        sid=sid,
        status=plain.get("MessageStatus", "")[:20] if kind == STATUS else "",
        public_id=public_id,
        payload=plain,
        received_at=clock.now(),
    )
    stored = await database.query(
        "INSERT INTO twilio_event (kind, sid, status, public_id, payload, received_at, failures)"
        " VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (sid, kind, status) DO NOTHING RETURNING id",
        kind,
        sid,
        event.status,
        packed.uuid(public_id) if public_id else None,
        json.dumps(plain),
        sql_time(event.received_at),
    )
    if not stored:
        return None
    event.id, event._saved_in_db = stored[0]["id"], True
    return event


async def open_texts() -> int:
    """Texts that came in and are not applied."""
    return await TwilioEvent.filter(applied_at=None, kind=INBOUND).count()


async def apply(event: TwilioEvent) -> News:
    """Applies a stored event; it stays open for the sweep where its row is not known yet."""
    return await (_receive(event.id, str(event.payload.get("To", ""))) if event.kind == INBOUND else _status(event.id))


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


_ARRIVED = Joined(e=TwilioEvent, n=PhoneNumber, kept={"c": Campaign})


@transactional
async def _receive(event_id: int, to: str) -> News:
    """The event's row is the lock: the webhook and the sweep may both have it in hand."""
    [row] = await database.query(
        f"SELECT {_ARRIVED.columns}, EXISTS (SELECT 1 FROM message m WHERE m.sid = e.sid) AS known FROM twilio_event e"
        f" LEFT JOIN phone_number n ON n.e164 = ? LEFT JOIN campaign c ON c.id = n.campaign_id WHERE e.id = ?{packed.for_update('e')}",
        to,
        event_id,
    )
    found = await _ARRIVED.whole(row)
    event, number, campaign = found["e"], found["n"], found["c"]
    if event.applied_at:
        return News()
    if row["known"]:
        await _applied(event)
        return News()
    if number is None:
        return await _nobodys(event, to)
    contact = await Contact.of_phone(campaign, str(event.payload.get("From", ""))[:20])
    conversation = await _conversation_of(contact, number)
    return await _act_on(event, _text(event, number, contact, conversation), contact, conversation, campaign)


async def _nobodys(event: TwilioEvent, to: str) -> News:
    """No campaign has this number; `numbers.add` opens it again. One that is being added at this moment is waited for."""
    await database.lock(ADDING_NUMBERS, 0)
    if not await PhoneNumber.exists(e164=to):
        await _applied(event)
    return News()


async def _applied(event: TwilioEvent) -> None:
    event.applied_at = clock.now()
    await event.save(update_fields=["applied_at"])


async def _conversation_of(contact: Contact, number: PhoneNumber) -> Conversation | None:
    """That of the newest text to this phone from this number that Twilio took or may have taken, locked. One that waits
    for a second attempt, or that staff dropped, was handed over once: they answered it, so it does not leave again."""
    rows = await database.query(
        f"SELECT {_TALK.columns}, m.id AS message_id, m.status AS status FROM message m"
        " JOIN conversation v ON v.id = m.conversation_id WHERE m.contact_id = ? AND m.number_id = ? AND m.direction = 'out'"
        " AND (m.status IN ('taken', 'unknown', 'sending') OR (m.status IN ('queued', 'dropped') AND m.attempts > 0))"
        f" ORDER BY m.id DESC LIMIT 1{packed.for_update('v')}",
        contact.id,
        number.id,
    )
    if not rows:
        return None
    conversation: Conversation = _TALK.of(rows[0])["v"]
    if rows[0]["status"] in (UNKNOWN, QUEUED, DROPPED):
        await answers.taken(rows[0]["message_id"])
        conversation = await Conversation.get(id=conversation.id)
    return conversation


_TALK = Joined(v=Conversation)


def _text(event: TwilioEvent, number: PhoneNumber, contact: Contact, conversation: Conversation | None) -> Message:
    body = str(event.payload.get("Body", ""))
    billed = segments.count(body)
    return new(
        Message,
        campaign_id=number.campaign_id,
        contact_id=contact.id,
        conversation_id=conversation.id if conversation else None,
        number_id=number.id,
        user_id=conversation.user_id if conversation else None,
        action_id=conversation.action_id if conversation else None,
        direction=IN,
        kind=INBOUND_TEXT,
        phone=contact.phone,
        body=body,
        segments=billed.segments,
        encoding=billed.encoding,
        status=RECEIVED,
        created_at=clock.now(),
        public_id=uuid.uuid4(),
        sid=event.sid,
        media_count=int(event.payload.get("NumMedia") or 0),
    )


async def _act_on(
    event: TwilioEvent, text: Message, contact: Contact, conversation: Conversation | None, campaign: Campaign
) -> News:
    """Keyword: opted out. Words that may mean it: nobody texts this phone until someone decided (V8)."""
    verdict = "opt_out" if event.payload.get("OptOutType") == "STOP" else opt_out.classify(text.body)
    event.applied_at = contact.last_message_at = text.created_at
    if conversation:
        contact.last_inbound_conversation_id = conversation.id
    told = ["last_message_at", "last_inbound_conversation_id"]
    if verdict == "opt_out":
        await _write(event, text, contact, told)
        await opting_out.opt_out(campaign, contact.phone, FROM_KEYWORD, message=text, words=text.body)
        return await _note_opt_out(text, contact, conversation)
    await round_trip.answered(campaign, contact)
    statements = await _replied(text, contact, conversation)
    await _write(event, text, contact, told, *statements)
    if verdict == "possible" and contact.opted_out_at is None:
        await Contact.filter(id=contact.id).update(possible_opt_out_at=clock.now(), possible_opt_out_message_id=text.id)
    return News(conversation.user_id, conversation.id) if conversation else News()


async def _write(event: TwilioEvent, text: Message, contact: Contact, told: list[str], *more: Statement) -> None:
    """One round trip: the text, that its event is applied, what the contact's row tells of it, and the counts."""
    [row] = await together(insert(text), update(event, "applied_at"), update(contact, *told), *more)
    text.id = row["id"]
    for n in range(min(text.media_count, MOST_MEDIA)):
        kind = str(event.payload.get(f"MediaContentType{n}", ""))[:80]
        await Media.create(message=text, url=str(event.payload.get(f"MediaUrl{n}", ""))[:500], content_type=kind)


async def _replied(text: Message, contact: Contact, conversation: Conversation | None) -> list[Statement]:
    """They wrote last, so they need an answer, unless they opted out or asked for what carriers answer."""
    if conversation is None:
        return tallies.due()
    tallies.take(conversation)
    conversation.replied_at = text.created_at
    conversation.unread = contact.opted_out_at is None and conversation.user_id is not None
    if attention.asks_for_information(text.body):
        await attention.refresh(conversation, contact)
    else:
        conversation.needs_attention = contact.opted_out_at is None
    tallies.put(conversation)
    tallies.put(text)
    return [update(conversation, "replied_at", "unread", "needs_attention"), *tallies.due()]


async def _note_opt_out(text: Message, contact: Contact, conversation: Conversation | None) -> News:
    """The opting out has gone over all of this contact's conversations; this one was replied to as well."""
    if conversation is None:
        return News()
    conversation = await Conversation.get(id=conversation.id)
    tallies.take(conversation)
    conversation.replied_at = text.created_at
    conversation.opted_out_at = conversation.opted_out_at or text.created_at
    conversation.unread = conversation.needs_attention = False
    tallies.put(conversation)
    tallies.put(text)
    await conversation.save(update_fields=["replied_at", "opted_out_at", "unread", "needs_attention"])
    return News(conversation.user_id, conversation.id)


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
    await answers.taken(found.id, event.sid)
    return await _delivery(found.id, event)


async def _delivery(message_id: int, event: TwilioEvent) -> News:
    """By rank, never downgraded; an error teaches what it can."""
    contact, message = await locked_message(message_id)
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
