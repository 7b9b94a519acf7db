"""After a restore from a backup: everything is stopped, what Twilio sent since is marked, and an owner resumes (SPEC X2)."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from webapp import database
from webapp.database import packed, transactional
from webapp.models import audit, sending, settling, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.messages import FOLLOW_UP, INITIAL, OUT, QUEUED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers import PhoneNumber
from webapp.rules import errors, segments, variables

Found = Literal["known", "settled", "marked"]


@dataclass(frozen=True)
class Sent:
    """A text Twilio has, from one of our numbers."""

    sid: str
    to: str
    body: str
    created_at: datetime


async def newest_claim() -> datetime | None:
    """Until when the numbers' pace was spent: every claim moves it on, and nothing moves it back but a restore."""
    [row] = await database.query("SELECT MAX(free_at) AS at FROM phone_number")
    return packed.instant(row["at"])


async def older_than(noted: datetime) -> bool:
    """Is this an older database than the one that wrote the note? One without numbers has sent nothing yet."""
    if not await PhoneNumber.exists():
        return False
    newest = await newest_claim()
    return newest is None or newest < noted


@transactional
async def stop_all() -> int:
    """Stops every campaign until it is reconciled and its owner goes on; how many were not stopped for this already."""
    fresh = await Campaign.all().order_by("id").select_for_update()
    waiting = [c for c in fresh if c.stopped_code != errors.RESTORED]
    for campaign in waiting:
        await campaign.stop_everything(errors.RESTORED)
        await audit.note(campaign, None, "campaign.restored")
    return len(waiting)


@transactional
async def reconciled() -> None:
    """What Twilio sent since is marked: an owner may go on."""
    for campaign in await Campaign.filter(stopped_code=errors.RESTORED).order_by("id"):
        await campaign.stop_everything(errors.RECONCILED)
        await audit.note(campaign, None, "campaign.reconciled")


@transactional
async def mark(number: PhoneNumber, sent: Sent) -> Found:
    """One text that Twilio has. Known; or the row that waits to leave again is settled; or, where the row is lost, the person
    counts as texted: rather somebody is not texted than twice."""
    if await Message.exists(sid=sent.sid):
        return "known"
    contact = await Contact.of_phone(await Campaign.get(id=number.campaign_id), sent.to)
    if message := await _waiting(contact, number, sent):
        await sending.taken(message.id, sent.sid)
        await _lock(contact, message, sent)
        return "settled"
    texted = await _texted_by(contact, sent)
    await _lock(contact, await _row(contact, number, texted, sent), sent)
    return "marked"


async def _waiting(contact: Contact, number: PhoneNumber, sent: Sent) -> Message | None:
    """Ours with the very words, the oldest."""
    found = Message.filter(contact=contact, number_id=number.id, direction=OUT, status__in=(QUEUED, SENDING, UNKNOWN))
    return next((m for m in await found.order_by("id") if settling.same_words(m.body, sent.body)), None)


async def _texted_by(contact: Contact, sent: Sent) -> list[Conversation]:
    """The conversations this was the first text of: those whose script has these words; none, where it reads as a reply to
    somebody who had written; else all that are open."""
    rows = Conversation.filter(contact=contact).order_by("id").select_for_update()
    talks = await rows.prefetch_related("script")
    opened = [talk for talk in talks if talk.texted_at is None]
    said = [talk for talk in opened if talk.script and _could_be(talk.script.body, sent.body)]
    if said or any(talk.replied_at for talk in talks):
        return said
    return opened


def _could_be(script: str, text: str) -> bool:
    """Are these the script's words, whatever fills its variables?"""
    parts, at = [], 0
    for variable in variables.found(script):
        parts.append(script[at : variable.start])
        at = variable.end
    pattern = ".+?".join(re.escape(part) for part in [*parts, script[at:]])
    return re.fullmatch(pattern, text.strip(), re.DOTALL) is not None


async def _row(contact: Contact, number: PhoneNumber, texted: list[Conversation], sent: Sent) -> Message:
    """The row that was lost, as far as it can be known."""
    for each in texted:
        tallies.take(each)
        each.texted_at = sent.created_at
        tallies.put(each)
        await each.save(update_fields=["texted_at"])
    talk, counted = (texted[0] if len(texted) == 1 else None), segments.count(sent.body)
    message = await Message.create(
        campaign_id=contact.campaign_id, contact_id=contact.id, conversation_id=talk.id if talk else None,
        number_id=number.id, user_id=talk.user_id if talk else None, action_id=talk.action_id if talk else None,
        script_id=talk.script_id if talk else None, direction=OUT, kind=INITIAL if talk else FOLLOW_UP,
        phone=contact.phone, body=sent.body, segments=counted.segments, encoding=counted.encoding, status=TAKEN,
        created_at=sent.created_at, claimed_at=sent.created_at, taken_at=sent.created_at, attempts=1, sid=sent.sid,
        public_id=uuid.uuid4(),
    )  # fmt: skip
    tallies.put(message)
    return message


async def _lock(contact: Contact, message: Message, sent: Sent) -> None:
    """The lock on who was texted lately (S5) counts it."""
    contact.number_id = contact.number_id or message.number_id
    if contact.last_claimed_at is None or contact.last_claimed_at < sent.created_at:
        contact.last_claimed_at, contact.last_claimed_message_id = sent.created_at, message.id
        contact.last_message_at = max(sent.created_at, contact.last_message_at or sent.created_at)
    await contact.save(update_fields=["number_id", "last_claimed_at", "last_claimed_message_id", "last_message_at"])


def may_not_go_on(campaign: Campaign, is_owner: bool) -> str:
    """Why this person may not end the stop, as a word; nothing where they may."""
    if campaign.stopped_code == errors.RESTORED:
        return "restored"
    return "owner" if campaign.stopped_code == errors.RECONCILED and not is_owner else ""
