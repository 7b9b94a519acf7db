"""Gives conversations another holder: one user, several evenly and at random, or the staff (SPEC G2, V8)."""

from __future__ import annotations

from datetime import datetime

from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import DRAFT, Action, ActionUser
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.models.conversations.message import Message
from webapp.rules.scripts import script_choice


@transactional
async def hand_to_staff(conversation_id: int, by: User | None, how: str = "hand_over") -> int | None:
    """The thread leaves the volunteer's inbox; an admin answers. Returns who held it."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    return await _give(conversation, None, by, how)


async def whereabouts(conversation_id: int) -> tuple[str, str]:
    """Who has it now, for whoever had it last: ("user", their first name), ("staff", "") or ("pool", "")."""
    conversation = await Conversation.get(id=conversation_id).select_related("user")
    if conversation.user:
        return "user", conversation.user.first_name
    return ("staff", "") if conversation.with_staff else ("pool", "")


@transactional
async def take_over(conversation_id: int, member: Membership) -> None:
    """A member of the staff holds it from now on."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    await _give(conversation, member.user_id, member.user, "take_over")


async def _give(conversation: Conversation, to: int | None, by: User | None, how: str) -> int | None:
    before, now = conversation.user_id, clock.now()
    tallies.take(conversation)
    contact = await Contact.get(id=conversation.contact_id)
    conversation.hold(to, now, quiet=contact.opted_out_at is not None)
    tallies.put(conversation)
    await conversation.save()
    await AssignmentEvent.create(
        conversation_id=conversation.id,
        from_user_id=before,
        to_user_id=to,
        to_staff=to is None,
        by_user_id=by.id if by else None,
        how=how,
        at=now,
    )
    return before


@transactional
async def free_from(member: Membership) -> None:
    """A user suspended or removed: queued texts cancelled, contacts freed (G2)."""
    waiting = Message.filter(user_id=member.user_id, campaign_id=member.campaign_id, status="queued", direction="out")
    for contact_id in sorted({m.contact_id for m in await waiting if m.contact_id}):
        await closing.cancel_queued(await Contact.locked(contact_id), user_id=member.user_id)
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id).order_by("id")
    for conversation in await held.select_for_update():
        if conversation.texted_at:
            await _give(conversation, None, None, "removal")
            continue
        tallies.take(conversation)
        conversation.let_go()
        tallies.put(conversation)
        await conversation.save()


ALL, UNSENT, ATTENTION = "all", "unsent", "attention"
MODES = (ALL, UNSENT, ATTENTION)


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
        f"UPDATE contact SET keeper_id = r.keeper_id FROM {packed.table('id', 'keeper_id')} WHERE contact.id = r.id",
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
                conversation_id=conversation.id,
                from_user_id=before,
                to_user_id=to,
                by_user_id=by.id,
                how="reassign",
                at=now,
            )
        )
    if not rows:
        return
    await AssignmentEvent.bulk_create(events)
    await database.query(
        "UPDATE conversation SET user_id = r.user_id, last_holder_id = r.from_id, with_staff = false, held_by_start = false,"
        f" held_since = {packed.mark('timestamptz')}, unread = r.unread, skips = 0,"
        " bucket_id = CASE WHEN texted_at IS NULL THEN NULL ELSE bucket_id END"
        f" FROM {packed.table('id', 'user_id', 'from_id', 'unread')} WHERE conversation.id = r.id",
        sql_time(now),
        packed.rows(rows),
    )
    for user_id in {contacts[c.contact_id] for c in moving}:
        await ActionUser.mark(sorted({c.action_id for c in moving if c.user_id == user_id}), user_id)
