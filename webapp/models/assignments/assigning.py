"""Gives conversations another holder: one user, several evenly and at random, or the staff (SPEC G2, V8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import column, update_each
from webapp.models import tallies
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership, User, who_may_text
from webapp.models.actions.action import DRAFT, Action, ActionUser
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import HELD, AssignmentEvent, Conversation
from webapp.models.conversations.message import CANCELLED, OUT, QUEUED, Message
from webapp.rules.scripts import script_choice

ALL, UNSENT, ATTENTION = "all", "unsent", "attention"
MODES = (ALL, UNSENT, ATTENTION)


@transactional
async def hand_to_staff(conversation_id: int, by: User | None, how: str = "hand_over") -> int | None:
    """Moves the thread from the volunteer's inbox to the staff's. Returns the user who held it."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    return await _hand(conversation, None, by, how)


async def whereabouts(conversation_id: int) -> tuple[str, str]:
    """The holder, for the user who held it last: ("user", their first name), ("staff", "") or ("pool", "")."""
    conversation = await Conversation.get(id=conversation_id).select_related("user")
    if conversation.user:
        return "user", conversation.user.first_name
    return ("staff", "") if conversation.with_staff else ("pool", "")


@transactional
async def take_over(conversation_id: int, member: Membership, how: str = "take_over") -> int | None:
    """Gives a thread to this member, where they may still text. Returns the user who held it; the staff's had none."""
    if not await who_may_text(member.campaign_id, [member.user_id], lock=True):
        return None
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    before = await _hand(conversation, member.user_id, member.user, how)
    await audit.record(
        member, "conversation.taken_over", {"contact": conversation.contact_id}, conversation=conversation.id
    )
    return before


async def _hand(conversation: Conversation, to: int | None, by: User | None, how: str) -> int | None:
    before, now = conversation.user_id, clock.now()
    contact = await Contact.get(id=conversation.contact_id)
    async with tallies.moving(conversation):
        conversation.hold(to, now, quiet=contact.opted_out_at is not None)
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


async def give_again(conversation_id: int, user_id: int, by: User) -> None:
    """Gives a thread of the staff's back to the user who had it, inside a transaction."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    if conversation.with_staff:
        await _hand(conversation, user_id, by, "reassign")


@transactional
async def free_from(member: Membership) -> None:
    """Takes everything from a user who is suspended or removed: queued texts are cancelled, texted conversations go to
    the staff, the others to the pool (G2)."""
    queued = Message.filter(user_id=member.user_id, campaign_id=member.campaign_id, status=QUEUED, direction=OUT)
    for contact_id in sorted({m.contact_id for m in await queued if m.contact_id}):
        await closing.cancel_queued(await Contact.locked(contact_id), user_id=member.user_id)
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id).order_by("id")
    for conversation in await held.select_for_update():
        if conversation.texted_at:
            await _hand(conversation, None, None, "removal")
            continue
        async with tallies.moving(conversation):
            conversation.let_go()


async def actions_of(campaign_id: int, action_id: int = 0) -> list[int]:
    """The ids of this action, or of all running ones."""
    found = Action.filter(campaign_id=campaign_id, archived_at=None, of_opt_in=False).exclude(state=DRAFT)
    return [a.id for a in await (found.filter(id=action_id) if action_id else found)]


@dataclass(frozen=True)
class Assignment:
    """Numbers shown before assigning: conversations in running actions without a text, those with one, and clicked
    texts, which still leave in the clicker's name."""

    unsent: int
    threads: int
    leaving: int


async def assignment_of(campaign_id: int, contact_ids: list[int]) -> Assignment:
    running = ", ".join(str(int(n)) for n in await actions_of(campaign_id)) or "0"
    among = packed.among("contact_id")
    [conversations] = await database.query(
        f"SELECT COUNT(*) AS n, COUNT(texted_at) AS texted FROM conversation WHERE {among} AND action_id IN ({running})",
        packed.values(contact_ids),
    )
    [texts] = await database.query(
        f"SELECT COUNT(*) AS n FROM message WHERE {among} AND status = 'queued' AND action_id IN ({running})",
        packed.values(contact_ids),
    )
    return Assignment(
        int(conversations["n"]) - int(conversations["texted"]), int(conversations["texted"]), int(texts["n"])
    )


def pick(seed: str, position: int, user_ids: list[int]) -> int:
    """The user for the contact at this position: of every N contacts each of N users gets one, in a shuffled order."""
    return user_ids[script_choice.pick(seed, position, len(user_ids))]


@transactional
async def give(contacts: dict[int, int], action_ids: list[int], mode: str, by: User, at: datetime) -> set[int]:
    """Reassigns contacts whose rows are locked. ``contacts``: contact -> the user who holds its conversations from now on
    and keeps it for later actions. Texts already clicked leave in the clicker's name. Returns the users who held any."""
    await database.query(
        f"UPDATE contact SET keeper_id = r.keeper_id FROM {packed.table('id', 'keeper_id')} WHERE contact.id = r.id",
        packed.rows({"id": contact, "keeper_id": user} for contact, user in contacts.items()),
    )
    found = await _matching(list(contacts), action_ids, mode).order_by("id").select_for_update()
    moving = [c for c in found if c.user_id != contacts[c.contact_id]]
    before = {c.user_id for c in moving if c.user_id}
    if moving:
        await _move(moving, contacts, by, at)
    return before


async def with_conversations(contact_ids: list[int], action_ids: list[int], mode: str) -> list[int]:
    """Those of the contacts that have a conversation of this mode in these actions, in order."""
    return sorted(await column(_matching(contact_ids, action_ids, mode).distinct(), "contact_id"))


def _matching(contact_ids: list[int], action_ids: list[int], mode: str) -> QuerySet[Conversation]:
    found = Conversation.filter(contact_id__in=contact_ids or [0], action_id__in=action_ids or [0])
    if mode == UNSENT:
        return found.filter(texted_at=None)
    return found.filter(needs_attention=True) if mode == ATTENTION else found


async def _move(moving: list[Conversation], contacts: dict[int, int], by: User, now: datetime) -> None:
    opted_out = Contact.filter(id__in=[c.contact_id for c in moving]).exclude(opted_out_at=None)
    quiet = set(await column(opted_out, "id"))
    events = []
    for conversation in moving:
        to = contacts[conversation.contact_id]
        events.append(_event(conversation, to, by, now))
        with tallies.counting(conversation):
            conversation.hold(to, now, quiet=conversation.contact_id in quiet)
            conversation.skips = 0
            conversation.bucket_id = conversation.bucket_id if conversation.texted_at else None
    await AssignmentEvent.bulk_create(events)
    await update_each(moving, *HELD)
    for user_id in set(contacts.values()):
        await ActionUser.mark(sorted({c.action_id for c in moving if c.user_id == user_id}), user_id)


async def moved_at(campaign_id: int, moments: list[datetime], by_user_id: int) -> list[int]:
    """The contacts of whom this user reassigned a conversation at these moments, in order."""
    rows = await database.query(
        "SELECT DISTINCT v.contact_id AS id FROM assignment_event e JOIN conversation v ON v.id = e.conversation_id"
        " WHERE e.how = 'reassign' AND e.by_user_id = ? AND e.at >= ? AND e.at <= ? AND v.campaign_id = ? ORDER BY 1",
        by_user_id,
        sql_time(min(moments)),
        sql_time(max(moments)),
        campaign_id,
    )
    return [row["id"] for row in rows]


@transactional
async def take_back(contact_ids: list[int], moments: list[datetime], was_by: int, by: User) -> set[int]:
    """Undoes what `give` did at these ``moments``, for contacts whose rows are locked. A conversation goes back to its
    former holder if the new one has done nothing in it and the former may still text. Returns the contacts whose
    conversations went back."""
    found = await Conversation.filter(contact_id__in=contact_ids or [0]).order_by("id").select_for_update()
    newest = {
        event.conversation_id: event
        for event in await AssignmentEvent.filter(conversation_id__in=[c.id for c in found] or [0]).order_by("id")
    }
    moved = [c for c in found if c.id in newest and newest[c.id].how == "reassign" and newest[c.id].at in moments]
    moved = [c for c in moved if newest[c.id].by_user_id == was_by and newest[c.id].to_user_id == c.user_id]
    since = min(moments)
    clicked = Message.filter(conversation_id__in=[c.id for c in moved] or [0], direction=OUT, created_at__gte=since)
    clicked = clicked.exclude(status=CANCELLED)
    busy = {m.conversation_id for m in await clicked if m.created_at > newest[m.conversation_id or 0].at}
    had = {n for c in moved if (n := newest[c.id].from_user_id)}
    may_text = set(await who_may_text(moved[0].campaign_id, had, lock=True)) if had else set()
    back = [
        c
        for c in moved
        if c.id not in busy
        and not (c.reported_at and c.reported_at > newest[c.id].at)
        and newest[c.id].from_user_id in {*may_text, None}
    ]
    await _give_back(back, {c.id: newest[c.id].from_user_id for c in back}, by, clock.now())
    return {c.contact_id for c in back}


async def _give_back(back: list[Conversation], to: dict[int, int | None], by: User, now: datetime) -> None:
    """Each goes to the user who had it. Without one, a thread goes to the staff, any other conversation to the pool."""
    events = []
    for conversation in back:
        events.append(_event(conversation, to[conversation.id], by, now))
        with tallies.counting(conversation):
            if to[conversation.id] or conversation.texted_at:
                conversation.hold(to[conversation.id], now, quiet=conversation.opted_out_at is not None)
            else:
                conversation.let_go()
            conversation.skips = 0
    await AssignmentEvent.bulk_create(events)
    await update_each(back, *HELD)
    keepers = {event.conversation_id: (event.from_user_id, event.to_user_id) for event in events}
    for conversation in back:
        new, old = keepers[conversation.id]
        await Contact.filter(id=conversation.contact_id, keeper_id=new).update(keeper_id=old)


def _event(conversation: Conversation, to: int | None, by: User, now: datetime) -> AssignmentEvent:
    return AssignmentEvent(
        conversation_id=conversation.id,
        from_user_id=conversation.user_id,
        to_user_id=to,
        to_staff=to is None and conversation.texted_at is not None,
        by_user_id=by.id,
        how="reassign",
        at=now,
    )
