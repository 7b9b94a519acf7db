"""After a restore from a backup: everything is stopped, what Twilio sent since is marked, and an owner resumes (SPEC X2).

How far each number's sending has got is noted beside the database, before each call: a database that knows of less is an
older one.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from webapp import config, database
from webapp.database import packed, transactional
from webapp.models import audit, files, sending, settling, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.messages import FOLLOW_UP, INITIAL, OUT, QUEUED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers import PhoneNumber
from webapp.models.people import OWNER, Membership
from webapp.models.scripts import RESPONSE, Script
from webapp.rules import errors, segments, variables

Found = Literal["known", "settled", "marked"]


@dataclass(frozen=True)
class Sent:
    """A text Twilio has, from one of our numbers."""

    sid: str
    to: str
    body: str
    created_at: datetime


def note(number_id: int, free_at: datetime, durable: bool = False) -> None:
    """Until when this number's pace is spent: every claim moves it on, and nothing moves it back but a restore."""
    files.write(_notes() / str(number_id), free_at.isoformat().encode(), durable)


async def note_all() -> None:
    """What the database says, on the disk."""
    noted = await asyncio.to_thread(_noted)
    for number in await PhoneNumber.exclude(free_at=None):
        before = noted.get(number.id)
        if number.free_at and (before is None or before < number.free_at):
            await asyncio.to_thread(note, number.id, number.free_at, True)


async def is_older() -> bool:
    """Do the notes tell of more than this database knows? One that can't be read may tell of anything; a database without
    numbers has sent nothing yet."""
    noted = await asyncio.to_thread(_noted)
    if not noted or not await PhoneNumber.exists():
        return False
    known = {number.id: number.free_at for number in await PhoneNumber.all()}
    return any(at is None or (free := known.get(id_)) is None or free < at for id_, at in noted.items())


def forget_notes() -> None:
    shutil.rmtree(_notes(), ignore_errors=True)


def _notes() -> Path:
    return config.settings().data_dir / "sent_until"


def _noted() -> dict[int, datetime | None]:
    """By number; None where it can't be read."""
    return {int(path.name): _instant(path) for path in _notes().glob("*") if path.name.isdecimal()}


def _instant(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(path.read_text())
    except (OSError, ValueError):
        return None


async def newest_claim() -> datetime | None:
    """The last instant of which this database knows that something was sent."""
    [row] = await database.query("SELECT MAX(free_at) AS at FROM phone_number")
    return packed.instant(row["at"])


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
        await _reworded(message, sent)
        await sending.taken(message.id, sent.sid)
        await _lock(contact, message, sent)
        return "settled"
    texted = [] if await _is_response(contact, sent) else await _texted_by(contact, sent)
    await _lock(contact, await _row(contact, number, texted, sent), sent)
    return "marked"


async def _waiting(contact: Contact, number: PhoneNumber, sent: Sent) -> Message | None:
    """Ours with the very words, the oldest; else a first text that was undone after the backup and left in other words."""
    found = Message.filter(contact=contact, number_id=number.id, direction=OUT, status__in=(QUEUED, SENDING, UNKNOWN))
    rows = await found.order_by("id")
    same = [m for m in rows if settling.same_words(m.body, sent.body)]
    if not same and not await _is_response(contact, sent):
        same = [m for m in rows if m.kind == INITIAL and m.status == QUEUED and m.attempts == 0]
    return same[0] if same else None


async def _reworded(message: Message, sent: Sent) -> None:
    """What left is what counts."""
    if settling.same_words(message.body, sent.body):
        return
    counted = segments.count(sent.body)
    tallies.take(message)
    message.body, message.segments, message.encoding = sent.body, counted.segments, counted.encoding
    tallies.put(message)
    await message.save(update_fields=["body", "segments", "encoding"])


async def _is_response(contact: Contact, sent: Sent) -> bool:
    """Has it the words of a response script, sent to somebody who had written there?"""
    actions = await Conversation.filter(contact=contact).exclude(replied_at=None).values_list("action_id", flat=True)
    scripts = await Script.filter(action_id__in=list(actions) or [0], kind=RESPONSE)
    return any(_could_be(script.body, sent.body) for script in scripts)


async def _texted_by(contact: Contact, sent: Sent) -> list[Conversation]:
    """The conversations this was the first text of: those whose script has these words, else all that are open, also where
    it may have been a reply in words of the volunteer's own."""
    rows = Conversation.filter(contact=contact, texted_at=None).order_by("id").select_for_update()
    opened = await rows.prefetch_related("script")
    return [talk for talk in opened if talk.script and _could_be(talk.script.body, sent.body)] or opened


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


@transactional
async def go_on(member: Membership) -> str:
    """Ends the stop; or says, as a word, why this person may not: "restored" (not reconciled yet), "owner"."""
    campaign = await Campaign.filter(id=member.campaign_id).select_for_update().get()
    if campaign.stopped_code == errors.RESTORED:
        return "restored"
    if campaign.stopped_code == errors.RECONCILED and member.role != OWNER:
        return "owner"
    await campaign.go_on()
    await audit.note(campaign, member.user, "campaign.started_again")
    return ""
