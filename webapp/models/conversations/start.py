"""Start assigns a bucket, and the queue shows its next contact (SPEC V3, V4, G1)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, insert, new, together
from webapp.models import tallies
from webapp.models.accounts.users import User
from webapp.models.actions import audience
from webapp.models.actions.action import Action, ActionUser
from webapp.models.conversations import buckets, hours
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import HOLD_BY_START, Conversation
from webapp.models.numbers import choice
from webapp.rules import window

Refusal = Literal["setup", "stopped", "paused", "cap", "ended", "queue", "no_number", "script", "sender", "text"]
Among = list[int] | None  # ids of contacts; None: whoever
LOOKED_AT, PASSES = 500, 10  # people a pass, and passes a press, while a job still applies a changed audience
AT_ONCE = 3  # Starts of one process
_turns: dict[int, asyncio.Semaphore] = {}  # by the opening of the database
_POOL: tuple[str, list[Any]] = ("user_id IS NULL AND NOT with_staff", [])
_BUCKET = Joined(b=Bucket)
_COUNTED = ("needs_attention", "replied_at", "reported_at", "opted_out_at")


@dataclass(frozen=True)
class Closed:
    """Why Start is refused. ``minutes``: the length of the queue ahead, where that is the reason. ``lacks``: variables of
    a first text that this sender or the campaign has no value for, where that is the reason."""

    why: Refusal
    minutes: int = 0
    lacks: tuple[str, ...] = ()


async def assign_bucket(action: Action, user: User) -> Bucket | None:
    """The volunteer's open bucket, else a new one; None where no contact can be texted now.

    A process assigns a few at a time: each Start looks at the contacts of all others under way before it comes to its own.
    """
    if action.audience_cursor is None:
        return await _in_turn(action, user, None)
    mine = await still_held(action, user) or []
    pool = await _still_in(action, await hours.open_zone_sets(action.campaign, clock.now()), *_POOL)
    return await _in_turn(action, user, mine + pool)


async def _in_turn(action: Action, user: User, among: Among) -> Bucket | None:
    opening = database.opened()
    if opening not in _turns:
        _turns.clear()
        _turns[opening] = asyncio.Semaphore(AT_ONCE)
    async with _turns[opening]:
        return await _assign(action, user, among)


async def _still_in(action: Action, awake: list[int | None], holder: str, whose: list[Any]) -> list[int]:
    """The next ones who are still in the audience, after those who are not were closed: a job has not come to them yet (A1).

    In transactions of its own: a contact is locked before its conversations everywhere.
    """
    for _ in range(PASSES):
        rows = await database.query(
            f"SELECT contact_id FROM conversation WHERE {_free(holder, awake)} ORDER BY turn, id LIMIT {LOOKED_AT}",
            action.id,
            *whose,
        )
        found = [row["contact_id"] for row in rows]
        if await audience.sync_conversations(found, action.id) < len(found):
            return found
    return []


@transactional
async def _assign(action: Action, user: User, among: Among) -> Bucket | None:
    """A volunteer's Starts of one action run one after the other: marking the start locks the volunteer's row in the action."""
    await ActionUser.mark([action.id], user.id, "seen_at", "started_at")
    now = clock.now()
    bucket, holds = await _standing(action, user)
    if bucket and holds and await next_id(action, user, among):
        return bucket
    if bucket:
        await buckets.settle(bucket, now)
    return await _new_bucket(action, user, now, among, holds)


async def _standing(action: Action, user: User) -> tuple[Bucket | None, bool]:
    """The volunteer's newest bucket that is not finished, and whether they hold anybody who is not texted yet."""
    [row] = await database.query(
        f"SELECT {_BUCKET.columns}, (SELECT v.id FROM conversation v WHERE v.user_id = ? AND v.action_id = ?"
        " AND v.texted_at IS NULL AND v.closed_code IS NULL LIMIT 1) AS held FROM (SELECT 1 AS one) o"
        " LEFT JOIN bucket b ON b.action_id = ? AND b.user_id = ? AND b.finished_at IS NULL ORDER BY b.id DESC LIMIT 1",
        *(user.id, action.id, action.id, user.id),
    )
    return _BUCKET.of(row)["b"], row["held"] is not None


async def _new_bucket(action: Action, user: User, now: datetime, among: Among, holds: bool) -> Bucket | None:
    """First the contacts of earlier buckets who slept and are still held, then the oldest of the pool."""
    size = action.campaign.bucket_size
    bucket = new(Bucket, action_id=action.id, user_id=user.id, size=size, started_at=now, last_used_at=now)
    [row] = await together(insert(bucket))
    bucket.id = row["id"]
    awake = await hours.open_zone_sets(action.campaign, now, hours.START_MARGIN)
    kept = await _claim(action, user, bucket, awake, size, among, from_pool=False) if holds else []
    taken = await _claim(action, user, bucket, awake, size - len(kept), among, from_pool=True)
    if not kept + taken:
        await bucket.delete()
        return None
    _move_counts(bucket, taken)
    return bucket


def _move_counts(bucket: Bucket, taken: list[dict[str, Any]]) -> None:
    """Moves counts from the pool's tally to the volunteer's, computed once for all rows that count alike."""
    alike: dict[tuple[bool, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in taken:
        alike[tuple(bool(row[name]) for name in _COUNTED)].append(row)
    for rows in alike.values():
        one = new(Conversation, action_id=bucket.action_id, **rows[0])
        with tallies.counting(one, alike=len(rows)):
            one.hold(bucket.user_id, bucket.started_at, by_start=True)


def _free(holder: str, awake: list[int | None]) -> str:
    """SQL: untexted conversations of an action whose people are awake, with such a holder."""
    return f"action_id = ? AND {holder} AND texted_at IS NULL AND closed_code IS NULL AND {hours.awake_sql(awake)}"


def _among(among: Among) -> str:
    return "" if among is None else f" AND contact_id IN ({', '.join(map(str, map(int, among))) or 0})"


async def _claim(
    action: Action, user: User, bucket: Bucket, awake: list[int | None], size: int, among: Among, from_pool: bool
) -> list[dict[str, Any]]:
    """Selects and claims in one statement, in order; skips rows another Start has locked, and repeats its condition."""
    if size <= 0 or not awake:
        return []
    holder, whose = _POOL if from_pool else ("user_id = ?", [user.id])
    free = f"{_free(holder, awake)}{_among(among)}"
    lately = sql_time(hours.locked_since(action.campaign, bucket.started_at))
    skip = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
    # A whole bucket's size stands in the text: for a LIMIT that is a value PostgreSQL plans the statement anew each time
    limit, most = (str(int(size)), []) if size == bucket.size else ("?", [size])
    changes, values = "bucket_id = ?, skips = 0", [bucket.id]
    if from_pool:
        changes += f", {HOLD_BY_START}"
        values += [user.id, sql_time(bucket.started_at)]
    # MATERIALIZED: PostgreSQL may run a plain subselect once per row, and assign far more than `size`
    return await database.query(
        f"WITH picked AS MATERIALIZED (SELECT id FROM conversation WHERE {free} AND {hours.rested_sql('conversation.contact_id')} ORDER BY turn, id LIMIT {limit}{skip})"
        f" UPDATE conversation SET {changes} WHERE id IN (SELECT id FROM picked) AND {free} RETURNING contact_id, {', '.join(_COUNTED)}",
        *(action.id, *whose, lately, *most),
        *(*values, action.id, *whose),
    )


async def still_held(action: Action, user: User) -> Among:
    """The user's next ones who are still in the audience; None where a job has come to all of them."""
    if action.audience_cursor is None:
        return None
    return await _still_in(action, await hours.open_zone_sets(action.campaign, clock.now()), "user_id = ?", [user.id])


async def next_id(action: Action, user: User, among: Among) -> int | None:
    """The conversation of the next contact this volunteer may text now."""
    now = clock.now()
    found = next_sql(await hours.open_zone_sets(action.campaign, now), among)
    rows = await database.query(found, user.id, action.id, sql_time(hours.locked_since(action.campaign, now)))
    return rows[0]["id"] if rows else None


def next_sql(awake: list[int | None], among: Among, but: int = 0) -> str:
    """Its id. Parameters: the user, the action, `locked_since`, and ``but`` ids that are passed over."""
    passed_over = f" AND v.id NOT IN ({', '.join('?' * but)})" if but else ""
    return (
        "SELECT v.id FROM conversation v JOIN contact k ON k.id = v.contact_id WHERE v.user_id = ? AND v.action_id = ?"
        f" AND v.texted_at IS NULL AND v.closed_code IS NULL AND {hours.awake_sql(awake, 'v.zone_set_id')}"
        f" AND {hours.RESTED}{_among(among)}{passed_over} ORDER BY v.turn, v.id LIMIT 1"
    )


async def why_closed(action: Action) -> Closed | None:
    """Why Start is refused now; None where it is open (SPEC V3, S10)."""
    campaign, now = action.campaign, clock.now()
    if not campaign.set_up:
        return Closed("setup")
    if why := action.first_texts_stopped(now):
        return Closed(cast(Refusal, why))
    seconds = await choice.shortest_queue(campaign)
    if seconds is None:
        return Closed("no_number")
    left = (window.closes_at(now, campaign.opens, campaign.closes, (campaign.timezone,)) - now).total_seconds()
    if seconds > campaign.queue_limit_minutes * 60 or 0 < left < seconds:
        return Closed("queue", int(seconds // 60) + 1)
    return None
