"""The inbox: a volunteer's threads and those staff hold; what waits for an answer, and what is history (SPEC V2, V5, V6, G3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import transactional
from webapp.database.statements import column
from webapp.models import tallies
from webapp.models.accounts.users import STAFF, Membership
from webapp.models.contacts import labels
from webapp.models.contacts.labels import Tag
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import hours
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, IN, Message

PAGE = 40
HISTORY = 200
SHOWS = ("all", "attention", "unread")


@dataclass(frozen=True)
class Thread:
    """One line of the inbox. ``opens_at``: when the contact may be texted again; None where they may be now."""

    conversation: Conversation
    excerpt: str
    tags: list[Tag]
    opens_at: datetime | None

    @property
    def possible_opt_out(self) -> bool:
        return self.conversation.contact.possible_opt_out_at is not None


@dataclass(frozen=True)
class Waiting:
    """The numbers on Home and over the inbox."""

    unread: int = 0
    attention: int = 0
    replied: int = 0
    possible: int = 0
    oldest_attention: datetime | None = None
    oldest_possible: datetime | None = None
    newest_unread: datetime | None = None
    newest_name: str = field(default="")

    @property
    def people(self) -> int:
        return max(self.unread, self.attention, self.possible)


def of(member: Membership) -> QuerySet[Conversation]:
    """The member's threads: conversations with a reply, without those that opted out by keyword."""
    return Conversation.filter(
        user_id=member.user_id, campaign_id=member.campaign_id, replied_at__isnull=False, opted_out_at=None
    )


def with_staff(member: Membership) -> QuerySet[Conversation]:
    """Threads handed to the staff: conversations with a reply. Those of an opt-in form only while they wait for an answer: the
    staff hold them all from the sign-up on (B2)."""
    held = Conversation.filter(
        campaign_id=member.campaign_id, with_staff=True, replied_at__isnull=False, opted_out_at=None
    )
    return held.filter(Q(action__of_opt_in=False) | Q(needs_attention=True))


async def threads(
    found: QuerySet[Conversation], show: str, name: str = "", before: datetime | None = None
) -> list[Thread]:
    """A page of the inbox: possible opt-outs first, then the newest reply first. Five queries, however many threads."""
    if show == "attention":
        found = found.filter(needs_attention=True)
    if show == "unread":
        found = found.filter(unread=True)
    if before:
        found = found.filter(replied_at__lt=before)
    for word in name.split()[:3]:
        found = found.filter(Q(contact__first_name__istartswith=word) | Q(contact__last_name__istartswith=word))
    rows = await found.order_by("-replied_at", "-id").limit(PAGE).select_related("contact", "campaign")
    rows.sort(key=lambda c: c.contact.possible_opt_out_at is None)
    return await lines(rows)


async def lines(rows: list[Conversation]) -> list[Thread]:
    """Conversations, loaded with contact and campaign, as the inbox shows them."""
    excerpts = await _excerpts([row.id for row in rows])
    tags = await labels.tags_of([row.contact_id for row in rows])
    return [Thread(row, excerpts.get(row.id, ""), tags[row.contact_id], await opens_at(row)) for row in rows]


async def _excerpts(ids: list[int]) -> dict[int, str]:
    """Conversation -> the newest text of theirs."""
    if not ids:
        return {}
    marks = ", ".join(str(int(n)) for n in ids)
    rows = await database.query(
        "SELECT m.conversation_id, m.body, m.media_count FROM message m JOIN (SELECT conversation_id, MAX(id) AS id"
        f" FROM message WHERE conversation_id IN ({marks}) AND direction = 'in' GROUP BY conversation_id) newest"
        " ON newest.id = m.id"
    )
    return {row["conversation_id"]: row["body"] or "" for row in rows}


async def opens_at(conversation: Conversation) -> datetime | None:
    """When this contact may be texted again; None where they may be now."""
    now, campaign = clock.now(), conversation.campaign
    zones = await zones_of(campaign, conversation.contact.zone_set_id)
    return None if hours.is_open(campaign, zones, now) else hours.opens_next(campaign, zones, now)


async def waiting(member: Membership) -> Waiting:
    """Counted from partial indexes of unread and open threads, never over all threads."""
    mine = of(member)
    attention = await column(mine.filter(needs_attention=True).order_by("replied_at").limit(1), "replied_at")
    newest = await mine.filter(unread=True).order_by("-replied_at").limit(1).select_related("contact")
    flagged = mine.filter(contact__possible_opt_out_at__isnull=False)
    oldest = await flagged.order_by("contact__possible_opt_out_at").limit(1).select_related("contact")
    return Waiting(
        unread=await mine.filter(unread=True).count(),
        attention=await mine.filter(needs_attention=True).count(),
        replied=await mine.count(),
        possible=await flagged.count(),
        oldest_attention=attention[0] if attention else None,
        oldest_possible=oldest[0].contact.possible_opt_out_at if oldest else None,
        newest_unread=newest[0].replied_at if newest else None,
        newest_name=newest[0].contact.first_name if newest else "",
    )


async def history(contact_id: int) -> list[Message]:
    """Every text with this contact, those of other actions and volunteers included, oldest first."""
    found = Message.filter(contact_id=contact_id).exclude(status=CANCELLED).order_by("-id").limit(HISTORY)
    return list(reversed(await found.select_related("user").prefetch_related("media")))


async def wrote_since(contact_id: int, message_id: int) -> bool:
    """Has the contact written after this text?"""
    return await Message.filter(contact_id=contact_id, direction=IN, id__gt=message_id).exists()


async def listeners(conversation_id: int) -> list[int]:
    """The users whose open pages show this thread: its holder, or all staff where the staff hold it."""
    conversation = await Conversation.get(id=conversation_id)
    if conversation.user_id:
        return [conversation.user_id]
    if not conversation.with_staff:
        return []
    staff = Membership.filter(campaign_id=conversation.campaign_id, role__in=STAFF, suspended_at=None)
    return [member.user_id for member in await staff]


async def read(conversation: Conversation, member: Membership) -> None:
    """Marks the thread as read, if its holder looks at it."""
    if conversation.unread and conversation.user_id == member.user_id:
        await _mark_read(conversation.id)
        conversation.unread = False


@transactional
async def _mark_read(conversation_id: int) -> None:
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    async with tallies.moving(conversation):
        conversation.unread = False
