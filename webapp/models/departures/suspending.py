"""Suspends and removes users, lets them leave and lets them back in. When they go, their queued texts are cancelled and
others get their contacts (SPEC P1, G2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import audit, members, roles
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning, stopping
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, OUT, QUEUED, Message
from webapp.rules.accounts import powers


@dataclass(frozen=True)
class Suspension:
    """The numbers of a suspension. People not texted yet, or whose first text is cancelled, go back to the pool.
    Conversations go to the admins. Queued texts are cancelled."""

    people: int
    conversations: int
    cancelled: int


async def suspension_of(who: Membership) -> Suspension:
    held = Conversation.filter(user_id=who.user_id, campaign_id=who.campaign_id)
    queued = Message.filter(user_id=who.user_id, campaign_id=who.campaign_id, status=QUEUED, direction=OUT)
    first = queued.filter(kind=INITIAL, contact_id__isnull=False)
    waiting = {m.conversation_id for m in await first if not m.is_retry}  # cancelled, they leave nobody texted
    people = await held.filter(Q(texted_at=None) | Q(id__in=list(waiting) or [0])).count()
    again = [m for m in await queued if m.is_retry or not m.contact_id]  # the admins decide about these
    return Suspension(people, await held.count() - people, await queued.count() - len(again))


@transactional
async def refused(who: Membership, by: Membership) -> str:
    """Why ``who`` may not be suspended or removed by ``by`` (rules/accounts/powers); "" where they may."""
    fresh = await Membership.get(id=who.id)
    last = await roles.is_last_owner(fresh)
    return powers.leaving_refused(fresh.role, await roles.acting(by), who.id == by.id, last)


@transactional
async def suspend(who: Membership, by: Membership) -> str:
    """Why it is refused; "" where it is done."""
    if reason := await refused(who, by):
        return reason
    if await stopping.stop(who):
        await audit.record(by, "user.suspended", {"user": who.id}, who.user.name)
    return ""


@transactional
async def remove(who: Membership, by: Membership) -> str:
    """Why it is refused; "" where it is done. The row stays for history; whoever joins again waits for approval."""
    if reason := await refused(who, by):
        return reason
    if await _remove(who):
        await audit.record(by, "user.removed", {"user": who.id}, who.user.name)
    return ""


async def may_not_leave(who: Membership, lock: bool = False) -> str:
    """Why they may not leave by themselves (rules/accounts/powers); "" where they may. ``lock``: as of `is_last_owner`."""
    last = await roles.is_last_owner(who, lock)
    fresh = await Membership.get(id=who.id)
    return powers.own_leaving_refused(fresh.suspended_at is not None, last)


@transactional
async def leave(who: Membership) -> str:
    """They leave by themselves, as if they were removed. Why it is refused; "" where it is done."""
    if reason := await may_not_leave(who, lock=True):
        return reason
    if await _remove(who):
        await audit.record(who, "user.left", {"user": who.id})
    return ""


async def _remove(who: Membership) -> bool:
    """False where they were removed already."""
    await stopping.stop(who)
    here = Membership.filter(id=who.id, removed_at=None)
    if not await here.update(removed_at=clock.now(), raised_role="", suspended_for=""):
        return False
    members.access_changed.note(who.user_id)
    return True


@transactional
async def reinstate(who: Membership, by: Membership) -> int:
    """Lets them back in, and approves them if they were suspended while they waited. They get back the conversations
    that nobody took over since; returns how many. Only an owner lets an owner back in: for anybody else nothing is
    done."""
    await who.user.locked()
    fresh = await Membership.filter(id=who.id).select_for_update().get()
    if fresh.suspended_at is None or powers.role_refused(fresh.role, powers.VOLUNTEER, await roles.acting(by), False):
        return 0
    await Membership.filter(id=who.id).update(suspended_at=None, removed_at=None, suspended_for="")
    await who.approve()
    members.access_changed.note(who.user_id)
    given = await _give_again(who, fresh.suspended_at, by)
    await audit.record(by, "user.reinstated", {"user": who.id}, who.user.name, conversations=given)
    return given


async def _give_again(who: Membership, since: datetime, by: Membership) -> int:
    rows = await database.query(
        "SELECT DISTINCT v.id FROM conversation v JOIN assignment_event e ON e.conversation_id = v.id"
        " WHERE v.campaign_id = ? AND v.with_staff AND v.last_holder_id = ? AND e.from_user_id = ? AND e.how = 'removal'"
        " AND e.at >= ?",
        who.campaign_id,
        who.user_id,
        who.user_id,
        sql_time(since),
    )
    for row in sorted(rows, key=lambda row: int(row["id"])):
        await assigning.give_again(row["id"], who.user_id, by.user)
    return len(rows)
