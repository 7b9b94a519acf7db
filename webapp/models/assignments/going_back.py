"""Gives contacts back to the pool, or moves them to the end of the queue (SPEC V4, S8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions.action import Action
from webapp.models.conversations import buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import AssignmentEvent, Conversation

SKIPPED = ("skipped", "returned", "not_skipped")


@transactional
async def skip(conversation: Conversation, member: Membership | None = None, shown: int | None = None) -> str:
    """Moves it to the end of the volunteer's bucket ("skipped"); the second time, back to the pool ("returned"). Does
    nothing where the member does not hold it any more, where it was texted or closed, or where the same press skipped
    it before. ``shown``: how often it had been skipped when the card was made."""
    conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
    if member and conversation.user_id != member.user_id:
        return "returned" if conversation.free_for(member) else "not_skipped"
    if conversation.texted_at or conversation.closed_code:
        return "not_skipped"
    if shown is not None and conversation.skips != shown:
        return "skipped"
    async with tallies.moving(conversation):
        conversation.skips += 1
        conversation.move_to_end()
    if conversation.skips >= 2:
        await _give_back(conversation, "skip", conversation.user_id, clock.now())
        return "returned"
    return "skipped"


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
    await audit.record(by, "action.returned", {"action": action.id}, action.title)
    return returned


_TAKEN = (
    "FROM bucket b JOIN action a ON a.id = b.action_id JOIN conversation c ON c.bucket_id = b.id"
    " AND c.user_id = b.user_id AND c.held_by_start AND c.texted_at IS NULL AND c.closed_code IS NULL"
)


async def returning(action: Action) -> tuple[int, int]:
    """Numbers beside the button: people who would go back, and volunteers who have them."""
    [row] = await database.query(
        f"SELECT COUNT(*) AS people, COUNT(DISTINCT c.user_id) AS volunteers {_TAKEN} WHERE a.id = ?", action.id
    )
    return int(row["people"]), int(row["volunteers"])


async def _return_untexted(which: str, values: list[Any], by_user_id: int | None) -> int:
    found = await database.query(f"SELECT c.id {_TAKEN} WHERE {which}", *values)
    open_ones = Conversation.filter(id__in=[row["id"] for row in found] or [0], texted_at=None, closed_code=None)
    rows = [c for c in await open_ones.order_by("id").select_for_update() if c.user_id and c.held_by_start]
    bucket_ids, now = {c.bucket_id for c in rows}, clock.now()
    for conversation in rows:
        await _give_back(conversation, "return", by_user_id, now)
    for bucket in await Bucket.filter(id__in=list(bucket_ids) or [0]):
        await buckets.settle(bucket, clock.now())
    return len(rows)


async def _give_back(conversation: Conversation, how: str, by_user_id: int | None, now: datetime) -> None:
    holder = conversation.user_id
    async with tallies.moving(conversation):
        conversation.let_go()
    await AssignmentEvent.create(
        conversation_id=conversation.id, from_user_id=holder, to_user_id=None, by_user_id=by_user_id, how=how, at=now
    )


@transactional
async def undo_return(action: Action, by: Membership) -> int:
    """Takes back the newest press of the button: people still free and not texted go to the volunteer who had them.
    Returns how many."""
    events = await database.query(
        "SELECT e.conversation_id AS id, e.from_user_id AS user_id FROM assignment_event e JOIN conversation c"
        f" ON c.id = e.conversation_id AND c.action_id = {int(action.id)} WHERE e.how = 'return' AND e.by_user_id IS NOT NULL"
        " AND e.at = (SELECT MAX(x.at) FROM assignment_event x JOIN conversation y ON y.id = x.conversation_id"
        f" AND y.action_id = {int(action.id)} WHERE x.how = 'return' AND x.by_user_id IS NOT NULL)"
    )
    before = {row["id"]: row["user_id"] for row in events}
    may_text = set(await who_may_text(action.campaign_id, set(before.values()), lock=True)) if before else set()
    free = Conversation.filter(id__in=list(before) or [0], user_id=None, with_staff=False, texted_at=None)
    rows = [c for c in await free.order_by("id").select_for_update() if before[c.id] in may_text and not c.closed_code]
    buckets_of = {user_id: await _newest_bucket(action, user_id) for user_id in sorted({before[c.id] for c in rows})}
    now = clock.now()
    for conversation in rows:
        async with tallies.moving(conversation):
            conversation.hold(before[conversation.id], now, by_start=True)
            conversation.bucket_id = buckets_of[before[conversation.id]]
    await AssignmentEvent.bulk_create(
        [
            AssignmentEvent(conversation_id=c.id, to_user_id=c.user_id, by_user_id=by.user_id, how="reassign", at=now)
            for c in rows
        ]
    )
    await audit.record(by, "action.return_undone", {"action": action.id}, action.title, people=len(rows))
    return len(rows)


async def _newest_bucket(action: Action, user_id: int) -> int | None:
    """The user's newest bucket, open again and its time started again; None where there is none."""
    bucket = await Bucket.filter(action=action, user_id=user_id).order_by("-id").first()
    if bucket:
        await buckets.open_again(bucket.id)
        await Bucket.filter(id=bucket.id).update(last_used_at=clock.now())
    return bucket.id if bucket else None
