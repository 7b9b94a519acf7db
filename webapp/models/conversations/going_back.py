"""Gives contacts back to the pool, or moves them to the end of the queue (SPEC V4, S8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.conversations import buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import AssignmentEvent, Conversation


@transactional
async def skip(conversation: Conversation) -> None:
    """Moves it to the end of the volunteer's bucket; the second time, back to the pool."""
    conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
    if conversation.texted_at or conversation.closed_code:
        return
    async with tallies.moving(conversation):
        conversation.skips += 1
        conversation.move_to_end()
    if conversation.skips >= 2:
        await _give_back(conversation, "skip", conversation.user_id)


@transactional
async def return_unsent(campaign: Campaign) -> int:
    """Gives contacts that Start assigned and nobody texted in time back to the pool (S8); how many."""
    if not campaign.return_after_minutes:
        return 0
    since = clock.now() - timedelta(minutes=campaign.return_after_minutes)
    return await _return_untexted("a.campaign_id = ? AND b.last_used_at < ?", [campaign.id, sql_time(since)], None)


@transactional
async def return_all(action: Action, by: Membership) -> int:
    """S8's button on the action: every contact taken by Start and not clicked, whoever holds it. Returns how many."""
    returned = await _return_untexted("a.id = ?", [action.id], by.user_id)
    await audit.record(by, "action.returned", action.title)
    return returned


async def _return_untexted(which: str, values: list[Any], by_user_id: int | None) -> int:
    found = await database.query(
        "SELECT c.id FROM bucket b JOIN action a ON a.id = b.action_id JOIN conversation c ON c.bucket_id = b.id"
        f" WHERE {which} AND c.user_id = b.user_id AND c.held_by_start AND c.texted_at IS NULL AND c.closed_code IS NULL",
        *values,
    )
    open_ones = Conversation.filter(id__in=[row["id"] for row in found] or [0], texted_at=None, closed_code=None)
    rows = [c for c in await open_ones.order_by("id").select_for_update() if c.user_id and c.held_by_start]
    bucket_ids = {c.bucket_id for c in rows}
    for conversation in rows:
        await _give_back(conversation, "return", by_user_id)
    for bucket in await Bucket.filter(id__in=list(bucket_ids) or [0]):
        await buckets.settle(bucket, clock.now())
    return len(rows)


async def _give_back(conversation: Conversation, how: str, by_user_id: int | None) -> None:
    holder = conversation.user_id
    async with tallies.moving(conversation):
        conversation.let_go()
    await AssignmentEvent.create(
        conversation_id=conversation.id,
        from_user_id=holder,
        to_user_id=None,
        by_user_id=by_user_id,
        how=how,
        at=clock.now(),
    )


async def returned(bucket: Bucket) -> int:
    """How many contacts of this bucket S8 gave back to the pool."""
    [row] = await database.query(
        "SELECT COUNT(DISTINCT v.id) AS people FROM assignment_event e JOIN conversation v ON v.id = e.conversation_id"
        " WHERE e.from_user_id = ? AND e.how = 'return' AND e.at >= ? AND v.action_id = ?",
        bucket.user_id,
        sql_time(bucket.started_at),
        bucket.action_id,
    )
    return int(row["people"])
