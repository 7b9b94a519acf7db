"""After a restore from a backup: everything is stopped, what Twilio sent since is marked, and an owner resumes (SPEC X2).

`sent_notes` tells of an older database.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import datetime, timedelta
from typing import Literal

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.models import spending, tallies
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import FOLLOW_UP, INITIAL, OUT, QUEUED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import answers, doubt, lost_askings, sent_notes, strangers
from webapp.models.outcomes.strangers import Sent as Sent
from webapp.rules import errors, segments, variables

LIST_LAG = timedelta(minutes=7)  # Twilio's list may hide a text for six minutes; a call under way ends sooner
OVERTAKES = 1_000_000_000  # more claims than a number makes between a backup and its restore
log = logging.getLogger(__name__)
Found = Literal["known", "settled", "marked"]


async def note_all() -> None:
    """Writes each number's `claim_mark` beside the database. A full disk is logged; texting goes on."""
    noted = await asyncio.to_thread(sent_notes.all_of_them)
    for number in await PhoneNumber.filter(claim_mark__gt=0):
        try:
            if noted.get(number.id) != number.claim_mark:
                await asyncio.to_thread(sent_notes.note, number.id, number.claim_mark, True)
        except OSError as error:
            log.error("a restore from a backup may go unnoticed: %s", error)
            return


async def is_older() -> bool:
    """Do the notes name a later claim than the database? A database without numbers has sent nothing yet."""
    noted = await asyncio.to_thread(sent_notes.all_of_them)
    if not noted or not await PhoneNumber.exists():
        return False
    known = {number.id: number.claim_mark for number in await PhoneNumber.all()}
    return any(known.get(number_id, -1) < mark for number_id, mark in noted.items())


async def newest_claim() -> datetime | None:
    """The latest claim that this database knows of."""
    [row] = await database.query("SELECT MAX(free_at) AS at FROM phone_number")
    return packed.instant(row["at"])


@transactional
async def stop_all(stranger: Sent | None = None) -> int:
    """Stops every campaign until it is reconciled and an owner starts again. Returns how many were not stopped for this yet.
    ``stranger``: a text that no row knows, where that is the reason."""
    fresh = await Campaign.all().order_by("id").select_for_update()
    waiting = [c for c in fresh if c.stopped_code != errors.RESTORED]
    for campaign in waiting:
        await campaign.stop_everything(errors.RESTORED)
        await strangers.note(campaign, stranger)
    return len(waiting)


async def hidden_for() -> float:
    """Seconds until Twilio's list shows every text that left before everything was stopped."""
    stops = Campaign.filter(stopped_code=errors.RESTORED).order_by("-stopped_at")
    last = await stops.first()
    return max(0.0, (last.stopped_at + LIST_LAG - clock.now()).total_seconds()) if last and last.stopped_at else 0.0


@transactional
async def reconciled(phones: set[str] | None = None) -> None:
    """Everything Twilio sent since the backup is marked, so owners may start again. Moves every claim mark past those
    noted before the restore. Gives up texts that opt-in forms still wanted to send (only to ``phones``, if given):
    better not to text than to text twice."""
    await lost_askings.give_up(phones)
    await database.query("UPDATE phone_number SET claim_mark = claim_mark + ? RETURNING id", OVERTAKES)
    for campaign in await Campaign.filter(stopped_code=errors.RESTORED).order_by("id"):
        await campaign.stop_everything(errors.RECONCILED)
        await audit.note(campaign, None, "campaign.reconciled", {"campaign": campaign.id})


@transactional
async def mark(number: PhoneNumber, sent: Sent) -> Found:
    """Marks one text that Twilio has. Where its row is not known, a queued row with the same words is settled. Where there is
    none, the row is lost and the contact counts as texted: better not to text than to text twice."""
    if await Message.exists(sid=sent.sid):
        return "known"
    contact = await Contact.of_phone(await Campaign.get(id=number.campaign_id), sent.to)
    waiting = await _waiting(contact, number)
    if same := [m for m in waiting if doubt.same_words(m.body, sent.body)]:
        return await _settle(same[0], contact, sent)
    opened = await _untexted(contact)
    if said := [
        conversation
        for conversation in opened
        if conversation.script and _could_be(conversation.script.body, sent.body)
    ]:
        return await _put_in(contact, number, sent, said, said[0] if len(said) == 1 else None)
    if answered := await _answered(contact, sent):
        return await _put_in(contact, number, sent, [], answered)
    if undone := [m for m in waiting if m.kind == INITIAL and m.undoable]:
        return await _settle(undone[0], contact, sent)  # undone after the backup, then sent in other words
    return await _put_in(contact, number, sent, opened, None)


async def _waiting(contact: Contact, number: PhoneNumber) -> list[Message]:
    """Our texts to them that are queued or may have left, oldest first."""
    found = Message.filter(contact=contact, number_id=number.id, direction=OUT, status__in=(QUEUED, SENDING, UNKNOWN))
    return await found.order_by("id")


async def _untexted(contact: Contact) -> list[Conversation]:
    rows = Conversation.filter(contact=contact, texted_at=None).order_by("id").select_for_update()
    return await rows.prefetch_related("script")


async def _settle(message: Message, contact: Contact, sent: Sent) -> Found:
    """Settles a queued row; it takes the words that left."""
    if not doubt.same_words(message.body, sent.body):
        counted = segments.count(sent.body)
        async with tallies.moving(message):
            message.body, message.segments, message.encoding = sent.body, counted.segments, counted.encoding
    await answers.taken(message.id, sent.sid)
    await _lock(contact, message, sent)
    return "settled"


async def _answered(contact: Contact, sent: Sent) -> Conversation | None:
    """The conversation in which they had written, if the text has the words of a response script of its action."""
    for conversation in await Conversation.filter(contact=contact).exclude(replied_at=None).order_by("-replied_at"):
        scripts = await Script.filter(action_id=conversation.action_id, kind=RESPONSE)
        if any(_could_be(script.body, sent.body) for script in scripts):
            return conversation
    return None


def _could_be(script: str, text: str) -> bool:
    """Are these the script's words, whatever fills its variables? Looks for each fixed part as far left as possible: one
    pass finds them all if they are there."""
    parts, at, text = [], 0, text.strip()
    for variable in variables.found(script := script.strip()):
        parts.append(script[at : variable.start])
        at = variable.end
    first, *middle, last = [*parts, script[at:]] if parts else [script, ""]
    if not parts:
        return script == text
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at + 1) + len(part)
        if at < len(part):
            return False
    return text.startswith(first) and text.endswith(last) and at < end


async def _put_in(
    contact: Contact, number: PhoneNumber, sent: Sent, texted: list[Conversation], place: Conversation | None
) -> Found:
    """Writes the lost row again, as far as it is known. ``texted``: conversations that count as texted by it.
    ``place``: the conversation it certainly belongs to. Without one it counts for conversations made later, too
    (making.py)."""
    for each in texted:
        async with tallies.moving(each):
            each.texted_at = sent.created_at
            each.script_version = each.script.version if each is place and each.script else None
    message = await _lost_message(contact, number, sent, place, first=bool(place and texted))
    await lost_askings.note(message)
    tallies.count_new(message)
    spending.add(message)
    await _lock(contact, message, sent)
    return "marked"


async def _lost_message(
    contact: Contact, number: PhoneNumber, sent: Sent, place: Conversation | None, first: bool
) -> Message:
    counted = segments.count(sent.body)
    return await Message.create(
        campaign_id=contact.campaign_id,
        contact_id=contact.id,
        conversation_id=place.id if place else None,
        number_id=number.id,
        user_id=place.user_id if place else None,
        action_id=place.action_id if place else None,
        script_id=place.script_id if place and first else None,
        script_version=place.script_version if place and first else None,
        direction=OUT,
        kind=INITIAL if first else FOLLOW_UP,
        phone=contact.phone,
        body=sent.body,
        segments=counted.segments,
        encoding=counted.encoding,
        status=TAKEN,
        created_at=sent.created_at,
        claimed_at=sent.created_at,
        taken_at=sent.created_at,
        attempts=1,
        sid=sent.sid,
        public_id=uuid.uuid4(),
    )


async def _lock(contact: Contact, message: Message, sent: Sent) -> None:
    """Counts this text for the lock after a recent text (S5)."""
    contact.number_id = contact.number_id or message.number_id
    if contact.last_claimed_at is None or contact.last_claimed_at < sent.created_at:
        contact.last_claimed_at, contact.last_claimed_message_id = sent.created_at, message.id
        contact.last_message_at = max(sent.created_at, contact.last_message_at or sent.created_at)
    await contact.save(update_fields=["number_id", "last_claimed_at", "last_claimed_message_id", "last_message_at"])


@transactional
async def go_on(member: Membership, shown: str) -> str:
    """Ends the stop, or returns a word for why this member may not: "restored" (not reconciled yet), "owner",
    "stopped_since". ``shown``: the `stop_mark` of the page. A stop that the page did not show stays: somebody else had
    a reason for it (S11)."""
    campaign = await Campaign.filter(id=member.campaign_id).select_for_update().get()
    if campaign.stopped_code == errors.RESTORED:
        return "restored"
    if campaign.stopped_code == errors.RECONCILED and member.role != OWNER:
        return "owner"
    if campaign.stopped_at and campaign.stop_mark != shown:
        return "stopped_since"
    await campaign.go_on()
    await audit.note(campaign, member.user, "campaign.started_again", {"campaign": campaign.id})
    return ""
