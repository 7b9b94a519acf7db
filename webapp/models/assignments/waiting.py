"""Replies that wait, over all actions: the office's wall of them, and those offered to whoever is there (SPEC G3, G4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import column
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning
from webapp.models.conversations import hours, inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.inbox import Thread

ROOM = 10  # threads of one's own that need attention: with as many, a volunteer is offered no more
COUNTED = 100  # offers, at most


async def wall(campaign_id: int, after: datetime | None = None, after_id: int = 0) -> list[Thread]:
    """A page of the conversations that need attention, whoever holds them, the longest waiting first. ``after``,
    ``after_id``: when the last one shown was replied in, and its id."""
    found = Conversation.filter(campaign_id=campaign_id, needs_attention=True)
    if after:
        found = found.filter(Q(replied_at__gt=after) | Q(replied_at=after, id__gt=after_id), replied_at__gte=after)
    return await inbox.lines(await column(found.order_by("replied_at", "id").limit(inbox.PAGE), "id"))


async def offered(member: Membership) -> int:
    """How many threads of others this member may take now, COUNTED at most; 0 for a member with ROOM threads of their
    own."""
    found = await _offered(member, COUNTED)
    return len(found)


@transactional
async def take_one(member: Membership) -> tuple[int, int | None] | None:
    """Gives the longest waiting thread to this member. Returns its id and its former holder; None where there is no
    thread, or no room, or they may not text any more. Several members who ask at once get different ones."""
    if not await who_may_text(member.campaign_id, [member.user_id], lock=True):
        return None
    rows = await _offered(member, 1, " FOR UPDATE OF v SKIP LOCKED" if database.dialect() == "postgres" else "")
    if not rows:
        return None
    return rows[0]["id"], await assigning.take_over(rows[0]["id"], member, "offer")


async def _offered(member: Membership, most: int, locked: str = "") -> list[dict[str, Any]]:
    """Threads that another volunteer holds and nobody touched for the campaign's number of minutes. Their action is open to the
    member, and their contact is awake."""
    actions = [action.id for action in await Action.open_to(member)]
    own = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id, needs_attention=True)
    if not actions or not member.active or await own.count() >= ROOM:
        return []
    campaign, now = member.campaign, clock.now()
    since = sql_time(now - timedelta(minutes=campaign.waiting_reply_minutes))
    awake = hours.awake_sql(await hours.open_zone_sets(campaign, now), "v.zone_set_id")
    return await database.query(
        "SELECT v.id FROM conversation v WHERE v.campaign_id = ? AND v.needs_attention AND v.replied_at <= ?"
        " AND (v.held_since IS NULL OR v.held_since <= ?) AND v.user_id IS NOT NULL AND v.user_id <> ? AND NOT v.with_staff"
        f" AND v.action_id IN ({', '.join(map(str, actions))}) AND {awake} ORDER BY v.replied_at, v.id LIMIT {most}{locked}",
        member.campaign_id,
        since,
        since,
        member.user_id,
    )
