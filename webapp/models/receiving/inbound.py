"""Texts that come in: to which conversation, and whether they are an opt-out (SPEC X5, X6, V8)."""

from __future__ import annotations

import re
import uuid

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.locks import Lock
from webapp.database.statements import Joined, Statement, insert, new, together, update
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import DROPPED, IN, INBOUND, QUEUED, RECEIVED, UNKNOWN, Message
from webapp.models.numbers.number import LONGEST, PhoneNumber
from webapp.models.opt_ins import answering
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.outcomes import answers
from webapp.models.receiving.event import News, TwilioEvent
from webapp.models.receiving.media import Media
from webapp.models.sending import round_trip
from webapp.rules import opt_out, segments

MOST_MEDIA = 10
_EVENT = Joined(e=TwilioEvent, n=PhoneNumber, kept={"c": Campaign})
_CONVERSATION = Joined(v=Conversation)
# with a LIMIT, so that PostgreSQL makes no hash of all messages, as it does of an EXISTS that it plans while there are few
_KNOWN = "(SELECT m.id FROM message m WHERE m.sid = e.sid LIMIT 1)"
FORM = "(SELECT f.id FROM opt_in_form f WHERE f.action_id = v.action_id LIMIT 1)"  # of a conversation ``v``
MAY_HAVE_LEFT = (  # a message ``m`` of ours that Twilio took or may have taken
    "m.direction = 'out' AND (m.status IN ('taken', 'unknown', 'sending')"
    " OR (m.status IN ('queued', 'dropped') AND m.attempts > 0))"
)


@transactional
async def receive(event_id: int, to: str) -> News:
    """Applies a stored text. The event's row is the lock: the webhook and the sweep may both try it."""
    [row] = await database.query(
        f"SELECT {_EVENT.columns}, {_KNOWN} AS known FROM twilio_event e"
        f" LEFT JOIN phone_number n ON n.e164 = ? LEFT JOIN campaign c ON c.id = n.campaign_id WHERE e.id = ?{packed.for_update('e')}",
        to,
        event_id,
    )
    found = await _EVENT.whole(row)
    event, number, campaign = found["e"], found["n"], found["c"]
    if event.applied_at:
        return News()
    if row["known"] is not None:
        return await _of_known(event, row["known"])
    if number is None:
        return await _of_no_campaign(event, to)
    contact = await Contact.of_phone(campaign, str(event.payload.get("From", ""))[:LONGEST])
    newest, of_form = await _conversation_of(contact, number)
    opened = await _opened(event, contact, number, newest)
    conversation, of_form = opened or newest, of_form or opened is not None
    return await _act_on(
        event, text_of(event, number.id, contact, conversation), contact, conversation, campaign, of_form
    )


async def _of_known(event: TwilioEvent, message_id: int) -> News:
    """The text came already, from the list at Twilio. The list does not say that Twilio took it as a STOP; this event
    may."""
    await event.mark_applied()
    if not event.says_stop:
        return News()
    text = await Message.get(id=message_id)
    if text.direction != IN:
        return News()
    contact = await Contact.filter(id=text.contact_id).select_for_update().get()
    if contact.opted_out_at is None:
        await opting_out.opt_out(contact, FROM_KEYWORD, message=text, words=text.body)
    return await _note_opt_out(
        text, await Conversation.filter(id=text.conversation_id or 0).select_for_update().first()
    )


async def _opened(
    event: TwilioEvent, contact: Contact, number: PhoneNumber, newest: Conversation | None
) -> Conversation | None:
    """The conversation that an opt-in form's keyword opens (B2). ``newest``: that of our newest text by this number."""
    if event.says_stop:
        return None
    return await answering.opened(str(event.payload.get("Body", "")), contact, number, newest)


async def _of_no_campaign(event: TwilioEvent, to: str) -> News:
    """No campaign has this number: the text waits until one does (`number.add_number` opens it again). The lock waits for
    a number that is being added at this moment. An address longer than a number (WhatsApp's) is no number of ours."""
    await database.lock(Lock.ADDING_NUMBERS, 0)
    if len(to) > LONGEST or not await PhoneNumber.exists(e164=to):
        await event.mark_applied()
    return News()


async def _conversation_of(contact: Contact, number: PhoneNumber) -> tuple[Conversation | None, bool]:
    """The conversation, locked, of the newest text to this phone from this number that Twilio took or may have taken;
    and whether it is an opt-in form's. If there is only that text, the answer proves that it was taken, even if it is
    queued for a second attempt or staff dropped it. If there is an older one, the answer may be to that, and proves
    nothing."""
    rows = await database.query(
        f"SELECT {_CONVERSATION.columns}, {FORM} AS form_id, m.id AS message_id, m.status AS status, NOT EXISTS (SELECT 1"
        " FROM message o WHERE o.contact_id = m.contact_id AND o.number_id = m.number_id AND o.direction = 'out'"
        " AND o.id < m.id AND o.status IN ('taken', 'unknown', 'sending')) AS the_only_one FROM message m"
        f" JOIN conversation v ON v.id = m.conversation_id WHERE m.contact_id = ? AND m.number_id = ? AND {MAY_HAVE_LEFT}"
        f" ORDER BY m.id DESC LIMIT 1{packed.for_update('v')}",
        contact.id,
        number.id,
    )
    if not rows:
        return None, False
    conversation: Conversation = _CONVERSATION.of(rows[0])["v"]
    if rows[0]["the_only_one"] and rows[0]["status"] in (UNKNOWN, QUEUED, DROPPED):
        await answers.taken(rows[0]["message_id"])
        conversation = await Conversation.get(id=conversation.id)
    return conversation, rows[0]["form_id"] is not None


def text_of(event: TwilioEvent, number_id: int, contact: Contact, conversation: Conversation | None) -> Message:
    """A new row, not stored yet."""
    body = str(event.payload.get("Body", ""))
    billed = segments.count(body)
    return new(
        Message,
        campaign_id=contact.campaign_id,
        contact_id=contact.id,
        conversation_id=conversation.id if conversation else None,
        number_id=number_id,
        user_id=conversation.user_id if conversation else None,
        action_id=conversation.action_id if conversation else None,
        direction=IN,
        kind=INBOUND,
        phone=contact.phone,
        body=body,
        segments=billed.segments,
        encoding=billed.encoding,
        status=RECEIVED,
        created_at=clock.now(),
        public_id=uuid.uuid4(),
        sid=event.sid,
        media_count=_number_of_files(event.payload.get("NumMedia")),
    )


def _number_of_files(text: object) -> int:
    """0 where Twilio's number can't be read: the words are stored all the same, above all a STOP."""
    return int(str(text)) if re.fullmatch(r"[0-9]{1,2}", str(text)) else 0


async def _act_on(
    event: TwilioEvent,
    text: Message,
    contact: Contact,
    conversation: Conversation | None,
    campaign: Campaign,
    of_form: bool,
) -> News:
    """A keyword opts the contact out. After words that may mean it nobody texts the phone until someone decides (V8)."""
    verdict = "opt_out" if event.says_stop else opt_out.classify(text.body)
    event.applied_at = contact.last_message_at = text.created_at
    if conversation:
        contact.last_inbound_conversation_id = conversation.id
    if verdict == "opt_out":
        await _write(event, text, contact)
        await opting_out.opt_out(contact, FROM_KEYWORD, message=text, words=text.body)
        tallies.count_new(text)
        return await _note_opt_out(text, conversation)
    await round_trip.answered(campaign, contact)
    answered = of_form and await answering.hears(text.body, contact, conversation)
    statements = await replied(text, contact, conversation, answered)
    await _write(event, text, contact, *statements)
    if verdict == "possible" and contact.opted_out_at is None and not contact.staff_decide:
        since = contact.possible_opt_out_at or clock.now()  # a new time would put off the hand-over to staff
        await Contact.filter(id=contact.id).update(possible_opt_out_at=since, possible_opt_out_message_id=text.id)
    return News(conversation.user_id, conversation.id) if conversation else News()


async def _write(event: TwilioEvent, text: Message, contact: Contact, *more: Statement) -> None:
    """One round trip: the text, its event, the contact's row, the conversation and the counts."""
    newest = update(contact, "last_message_at", "last_inbound_conversation_id")
    [row] = await together(insert(text), update(event, "applied_at"), newest, *more)
    text.id = row["id"]
    for n in range(min(text.media_count, MOST_MEDIA)):
        kind = str(event.payload.get(f"MediaContentType{n}", ""))[:80]
        await Media.create(message=text, url=str(event.payload.get(f"MediaUrl{n}", ""))[:500], content_type=kind)


async def replied(
    text: Message, contact: Contact, conversation: Conversation | None, answered: bool
) -> list[Statement]:
    """The contact wrote last, so they need an answer, unless they opted out or Twilio answers by itself (HELP, INFO). A
    text that an opt-in form answers (``answered``) changes nothing: a question before it still waits."""
    if conversation is None:
        return tallies.due()
    with tallies.counting(conversation) as changed:
        conversation.replied_at = text.created_at
        if not answered:
            conversation.unread = contact.opted_out_at is None and conversation.user_id is not None
        if attention.asks_for_information(text.body):
            await attention.refresh(conversation, contact)
        else:
            conversation.answered_at = conversation.answered_at or text.created_at
            if not answered:
                attention.they_wrote(conversation, contact)
    tallies.count_new(text)
    return [*([update(conversation, *changed)] if changed else []), *tallies.due()]


async def _note_opt_out(text: Message, conversation: Conversation | None) -> News:
    """Opting out changed all conversations of this contact; this one also got a reply."""
    if conversation is None:
        return News()
    conversation = await Conversation.get(id=conversation.id)
    async with tallies.moving(conversation):
        conversation.replied_at = max(conversation.replied_at or text.created_at, text.created_at)
        conversation.opted_out_at = conversation.opted_out_at or text.created_at
        attention.nobody_waits(conversation)
    return News(conversation.user_id, conversation.id)
