"""The inbox: a volunteer's threads and those staff hold; what waits for an answer, and what is history (SPEC V2, V5, V6, G3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import Row, packed, transactional
from webapp.database.statements import Joined, column
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import STAFF, Membership, User
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import hours
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import IN, Message

PAGE = 40
SHOWS = ("all", "attention", "unread")


@dataclass(frozen=True)
class Thread:
    """One line of the inbox. ``opens_at``: when the contact may be texted again; None where they may be now."""

    conversation: Conversation
    excerpt: str
    tags: list[str]
    opens_at: datetime | None

    @property
    def possible_opt_out(self) -> bool:
        return self.conversation.contact.possible_opt_out_at is not None


@dataclass(frozen=True)
class Waiting:
    """The numbers on Home and over the inbox. A thread can be unread, need attention and be a possible opt-out at once:
    ``people`` counts it once. ``attention_only``: those that are no possible opt-outs; ``unread_only``: those that are neither."""

    unread: int = 0
    attention: int = 0
    replied: int = 0
    possible: int = 0
    people: int = 0
    attention_only: int = 0
    unread_only: int = 0
    oldest_attention: datetime | None = None
    oldest_possible: datetime | None = None
    newest_unread: datetime | None = None
    newest_name: str = field(default="")

    @property
    def overlapping(self) -> bool:
        """Is somebody in more than one of the rows on Home?"""
        shown = self.possible + bool(self.attention_only) * self.attention + bool(self.unread_only) * self.unread
        return shown > self.people


def of(member: Membership) -> QuerySet[Conversation]:
    """The member's threads: conversations with a reply, without those that opted out by keyword."""
    return Conversation.filter(
        user_id=member.user_id, campaign_id=member.campaign_id, replied_at__isnull=False, opted_out_at=None
    )


# `of` as SQL, of a conversation ``v``. Parameters: the user, the campaign
OF = "v.user_id = ? AND v.campaign_id = ? AND v.replied_at IS NOT NULL AND v.opted_out_at IS NULL"


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
    """A page of the inbox: possible opt-outs first, then the newest reply first. Two queries, however many threads."""
    if show == "attention":
        found = found.filter(needs_attention=True)
    if show == "unread":
        found = found.filter(unread=True)
    if before:
        found = found.filter(replied_at__lt=before)
    for word in name.split()[:3]:
        found = found.filter(Q(contact__first_name__istartswith=word) | Q(contact__last_name__istartswith=word))
    shown = await lines(await column(found.order_by("-replied_at", "-id").limit(PAGE), "id"))
    return sorted(shown, key=lambda thread: not thread.possible_opt_out)


_LINE = Joined(v=Conversation, k=Contact, kept={"c": Campaign, "a": Action, "u": User})


async def lines(ids: list[int]) -> list[Thread]:
    """These conversations in this order, as the inbox shows them, in one statement."""
    if not ids:
        return []
    rows = await database.wide(
        f"SELECT {_LINE.columns}, (SELECT m.body FROM message m WHERE m.conversation_id = v.id AND m.direction = 'in'"
        f" ORDER BY m.id DESC LIMIT 1) AS excerpt, (SELECT {packed.listed('t.display_order', 't.id', 't.name')}"
        " FROM contact_tag p JOIN tag t ON t.id = p.tag_id WHERE p.contact_id = k.id) AS tags"
        " FROM conversation v JOIN contact k ON k.id = v.contact_id JOIN campaign c ON c.id = v.campaign_id"
        f" JOIN action a ON a.id = v.action_id LEFT JOIN user_account u ON u.id = v.user_id WHERE {packed.among('v.id')}",
        packed.values(ids),
    )
    shared: dict[Any, Any] = {}
    shown = {row["v__id"]: await _line(row, shared) for row in rows}
    return [shown[row_id] for row_id in ids if row_id in shown]


async def _line(row: Row, shared: dict[Any, Any]) -> Thread:
    found = await _LINE.whole(row, shared)
    conversation: Conversation = found["v"]
    conversation.contact, conversation.campaign, conversation.action, conversation.user = (
        found["k"],
        found["c"],
        found["a"],
        found["u"],
    )
    opens = ("opens", conversation.campaign_id, conversation.contact.zone_set_id)
    if opens not in shared:
        shared[opens] = await opens_at(conversation)
    return Thread(conversation, row["excerpt"] or "", packed.names(row["tags"]), shared[opens])


async def opens_at(conversation: Conversation) -> datetime | None:
    """When this contact may be texted again; None where they may be now."""
    now, campaign = clock.now(), conversation.campaign
    zones = await zones_of(campaign, conversation.contact.zone_set_id)
    return None if hours.is_open(campaign, zones, now) else hours.opens_next(campaign, zones, now)


async def waiting(member: Membership) -> Waiting:
    """One statement: over the member's threads alone, by their index."""
    [row] = await database.query(
        "SELECT COUNT(*) FILTER (WHERE v.unread) AS unread, COUNT(*) FILTER (WHERE v.needs_attention) AS attention,"
        " COUNT(*) FILTER (WHERE v.unread OR v.needs_attention OR k.id IS NOT NULL) AS people,"
        " COUNT(*) FILTER (WHERE v.needs_attention AND k.id IS NULL) AS attention_only,"
        " COUNT(*) FILTER (WHERE v.unread AND NOT v.needs_attention AND k.id IS NULL) AS unread_only,"
        " COUNT(*) AS replied, COUNT(k.id) AS possible, MIN(k.possible_opt_out_at) AS oldest_possible,"
        " MIN(CASE WHEN v.needs_attention THEN v.replied_at END) AS oldest_attention,"
        " MAX(CASE WHEN v.unread THEN v.replied_at END) AS newest_unread,"
        f" (SELECT n.first_name FROM conversation v JOIN contact n ON n.id = v.contact_id WHERE {OF} AND v.unread"
        " ORDER BY v.replied_at DESC LIMIT 1) AS newest_name FROM conversation v"
        f" LEFT JOIN contact k ON k.id = v.contact_id AND k.possible_opt_out_at IS NOT NULL WHERE {OF}",
        *(member.user_id, member.campaign_id) * 2,
    )
    times = {name: packed.instant(row[name]) for name in ("oldest_attention", "oldest_possible", "newest_unread")}
    return Waiting(**{**row, **times, "newest_name": row["newest_name"] or ""})


async def wrote_since(contact_id: int, message_id: int) -> bool:
    """Has the contact written after this text?"""
    return await Message.filter(contact_id=contact_id, direction=IN, id__gt=message_id).exists()


async def read_through(conversation_id: int) -> int:
    """The newest text's id, where the holder has read all texts; else 0."""
    [row] = await database.query(
        "SELECT (SELECT MAX(m.id) FROM message m WHERE m.conversation_id = v.id AND NOT v.unread) AS id"
        " FROM conversation v WHERE v.id = ?",
        conversation_id,
    )
    return row["id"] or 0


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
