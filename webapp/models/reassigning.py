"""Contacts that get another holder: one user, or several evenly and at random (SPEC G2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.actions import DRAFT, Action, ActionUser
from webapp.models.contacts import Contact
from webapp.models.conversations import AssignmentEvent, Conversation
from webapp.models.people import User
from webapp.rules import script_choice

ALL, UNSENT, ATTENTION = "all", "unsent", "attention"
MODES = (ALL, UNSENT, ATTENTION)


async def who_may(campaign_id: int, user_ids: Iterable[int], lock: bool = False) -> list[int]:
    """Those of the users who may text in this campaign now, in order. ``lock``: inside a transaction, nobody suspends
    them before it ends."""
    share = " FOR SHARE" if lock and database.dialect() == "postgres" else ""
    rows = await database.query(
        f"SELECT user_id FROM membership WHERE campaign_id = ? AND {packed.among('user_id')} AND suspended_at IS NULL"  # noqa: S608
        f" AND approved_at IS NOT NULL ORDER BY user_id{share}", campaign_id, packed.values(user_ids),
    )  # fmt: skip
    return [row["user_id"] for row in rows]


async def actions_of(campaign_id: int, action_id: int = 0) -> list[int]:
    """The one action, or all that run."""
    found = Action.filter(campaign_id=campaign_id, archived_at=None).exclude(state=DRAFT)
    return [a.id for a in await (found.filter(id=action_id) if action_id else found)]


def pick(seed: str, position: int, user_ids: list[int]) -> int:
    """The user of the contact at this position: of every N contacts each of N users gets one, in a shuffled order."""
    return user_ids[script_choice.pick(seed, position, len(user_ids))]


@transactional
async def give(contacts: dict[int, int], action_ids: list[int], mode: str, by: User) -> set[int]:
    """``contacts``: contact -> the user who holds them from now on and keeps them in later actions; their rows are
    locked. What was clicked goes out in the clicker's name. Returns those who held any of it before."""
    await database.query(
        f"UPDATE contact SET keeper_id = r.keeper_id FROM {packed.table('id', 'keeper_id')} WHERE contact.id = r.id",  # noqa: S608
        packed.rows({"id": contact, "keeper_id": user} for contact, user in contacts.items()),
    )
    found = await _matching(list(contacts), action_ids, mode).order_by("id").select_for_update()
    moving = [c for c in found if c.user_id != contacts[c.contact_id]]
    await _move(moving, contacts, by, clock.now())
    return {c.last_holder_id for c in moving if c.last_holder_id}


async def with_conversations(contact_ids: list[int], action_ids: list[int], mode: str) -> list[int]:
    """Those of the contacts that have a conversation of this kind in these actions, in order."""
    found = await _matching(contact_ids, action_ids, mode).distinct().values_list("contact_id", flat=True)
    return sorted(int(n) for n in found)  # type: ignore[call-overload]


def _matching(contact_ids: list[int], action_ids: list[int], mode: str) -> QuerySet[Conversation]:
    found = Conversation.filter(contact_id__in=contact_ids or [0], action_id__in=action_ids or [0])
    if mode == UNSENT:
        return found.filter(texted_at=None)
    return found.filter(needs_attention=True) if mode == ATTENTION else found


async def _move(moving: list[Conversation], contacts: dict[int, int], by: User, now: datetime) -> None:
    events, rows = [], []
    gone = Contact.filter(id__in=[c.contact_id for c in moving] or [0]).exclude(opted_out_at=None)
    quiet = set(await gone.values_list("id", flat=True))
    for conversation in moving:
        before, to = conversation.user_id, contacts[conversation.contact_id]
        tallies.take(conversation)
        conversation.hold(to, now, quiet=conversation.contact_id in quiet)
        tallies.put(conversation)
        rows.append(
            {
                "id": conversation.id,
                "user_id": to,
                "from_id": conversation.last_holder_id,
                "unread": conversation.unread,
            }
        )
        events.append(
            AssignmentEvent(
                conversation_id=conversation.id, from_user_id=before, to_user_id=to, by_user_id=by.id, how="reassign", at=now
            )
        )  # fmt: skip
    if not rows:
        return
    await AssignmentEvent.bulk_create(events)
    await database.query(
        "UPDATE conversation SET user_id = r.user_id, last_holder_id = r.from_id, with_staff = false, held_by_start = false,"  # noqa: S608
        f" held_since = {packed.mark('timestamptz')}, unread = r.unread, skips = 0,"
        " bucket_id = CASE WHEN texted_at IS NULL THEN NULL ELSE bucket_id END"
        f" FROM {packed.table('id', 'user_id', 'from_id', 'unread')} WHERE conversation.id = r.id",
        sql_time(now), packed.rows(rows),
    )  # fmt: skip
    for user_id in {contacts[c.contact_id] for c in moving}:
        await ActionUser.mark(sorted({c.action_id for c in moving if c.user_id == user_id}), user_id)
