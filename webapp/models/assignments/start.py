"""Start assigns a bucket, and the queue shows its next contact (SPEC V3, V4, G1)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Statement, insert, new, together
from webapp.models import tallies
from webapp.models.accounts.users import User, may_text, who_may_text
from webapp.models.actions import audience
from webapp.models.actions.action import Action, ActionUser
from webapp.models.assignments import press
from webapp.models.assignments.press import Standing
from webapp.models.conversations import buckets, hours
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import HOLD_BY_START, Conversation

Among = list[int] | None  # ids of contacts; None: whoever
LOOKED_AT, PASSES = 500, 10  # people a pass, and passes a press, while a job still applies a changed audience
AT_ONCE = 3  # Starts of one process
_turns: dict[int, asyncio.Semaphore] = {}  # by the opening of the database
_POOL: Statement = ("user_id IS NULL AND NOT with_staff", [])
_COUNTED = ("needs_attention", "replied_at", "reported_at", "opted_out_at")


async def assign_bucket(action: Action, user: User, seen: Standing | None = None) -> Bucket | None:
    """The volunteer's open bucket, else a new one; None where no contact can be texted now. ``seen``: where the volunteer stood
    when the press came, if that was read already.

    A process assigns a few at a time: each Start looks at the contacts of all others under way before it comes to its own.
    """
    if action.audience_cursor is None:
        return await _in_turn(action, user, None, seen)
    mine = await still_held(action, user) or []
    pool = await _still_in(action, await hours.open_zone_sets(action.campaign, clock.now()), *_POOL)
    return await _in_turn(action, user, mine + pool, seen)


async def _in_turn(action: Action, user: User, among: Among, seen: Standing | None) -> Bucket | None:
    opening = database.opened()
    if opening not in _turns:
        _turns.clear()
        _turns[opening] = asyncio.Semaphore(AT_ONCE)
    async with _turns[opening]:
        return await _at_once(action, user, seen) or await _assign(action, user, among)


async def _at_once(action: Action, user: User, seen: Standing | None) -> Bucket | None:
    """Nearly every Start is of a volunteer who holds nobody, in an action that no job still goes through. On PostgreSQL one
    statement does it all, on the condition that they have not started meanwhile. None where it takes locks to say what becomes
    of the press; nothing is written then. Not in a caller's transaction, which the database's refusal would end."""
    if database.dialect() == "sqlite" or database.working() or action.audience_cursor is not None:
        return None
    bucket, holds, version = seen or await press.standing(action, user)
    now = clock.now()
    if bucket or holds or not (awake := await hours.awake_lately(action.campaign, now, hours.START_MARGIN)):
        return None
    return await database.one_statement(lambda: _given_out(_new(action, user, now), action, awake, version))


async def _given_out(bucket: Bucket, action: Action, awake: list[int | None], version: int | None) -> Bucket:
    """Raises IntegrityError, and nothing is written, where the volunteer may not text any more, their row in the action is not of
    this version, or nobody was found: then the bucket's user is null. A row that changed while it was found is locked and not
    taken: its version is a newer one than the statement sees."""
    assert database.dialect() == "postgres"
    texting, who = may_text(action.campaign_id, [bucket.user_id], lock=True)
    mark, marked = ActionUser.marking(action.id, bucket.user_id, "seen_at", "started_at")
    first = "(SELECT user_id FROM able) IS NOT NULL AND (SELECT user_id FROM marked) IS NOT NULL"
    free = _free(_POOL[0], awake)
    picking, whose = _picking(action, bucket, free, _POOL, bucket.size, "ctid AS tid", first)
    making, made = insert(bucket, user_id=("SELECT user_id FROM marked WHERE EXISTS (SELECT 1 FROM picked)", []))
    of_picked = "ctid = ANY(ARRAY(SELECT tid FROM picked))"
    taking, taken = _taking(action, bucket, free, _POOL, "(SELECT id FROM made)", of_picked)
    counting, counted = tallies.taken("taken", action.id, bucket.user_id)
    [row] = await database.query(
        f"WITH able AS MATERIALIZED ({texting}), marked AS ({mark} WHERE action_user.xmin = ? RETURNING user_id),"
        f" picked AS MATERIALIZED ({picking}),"
        f" made AS ({making}), taken AS ({taking} RETURNING unread, {', '.join(_COUNTED)}),"
        f" counted AS ({counting}) SELECT id FROM made",
        *(*who, *marked, version, *whose, *made, *taken, *counted),
    )
    bucket.id = row["id"]
    return bucket


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
    """A volunteer's Starts of one action run one after the other: marking the start locks the volunteer's row in the action.
    Before it their membership, as a suspension does."""
    if not await who_may_text(action.campaign_id, [user.id], lock=True):
        return None
    await ActionUser.mark([action.id], user.id, "seen_at", "started_at")
    now = clock.now()
    bucket, holds, _ = await press.standing(action, user)
    if bucket and holds and await next_id(action, user, among):
        return bucket
    if bucket:
        await buckets.settle(bucket, now)
    return await _new_bucket(action, user, now, among, holds)


def _new(action: Action, user: User, now: datetime) -> Bucket:
    size = action.campaign.bucket_size
    return new(Bucket, action_id=action.id, user_id=user.id, size=size, started_at=now, last_used_at=now)


async def _new_bucket(action: Action, user: User, now: datetime, among: Among, holds: bool) -> Bucket | None:
    """First the contacts of earlier buckets who slept and are still held, then the oldest of the pool."""
    bucket = _new(action, user, now)
    [row] = await together(insert(bucket))
    bucket.id = row["id"]
    awake = await hours.open_zone_sets(action.campaign, now, hours.START_MARGIN)
    kept = await _claim(action, bucket, awake, bucket.size, among, ("user_id = ?", [user.id])) if holds else []
    taken = await _claim(action, bucket, awake, bucket.size - len(kept), among, _POOL)
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


def _free(holder: str, awake: list[int | None], among: Among = None) -> str:
    """SQL: untexted conversations of an action whose people are awake, with such a holder."""
    awake_ones = f"{hours.awake_sql(awake)}{_among(among)}"
    return f"action_id = ? AND {holder} AND texted_at IS NULL AND closed_code IS NULL AND {awake_ones}"


def _among(among: Among) -> str:
    return "" if among is None else f" AND contact_id IN ({', '.join(map(str, map(int, among))) or 0})"


async def _claim(
    action: Action, bucket: Bucket, awake: list[int | None], size: int, among: Among, holder: Statement
) -> list[dict[str, Any]]:
    """Selects and claims in one statement, in order; skips rows another Start has locked, and repeats its condition."""
    if size <= 0 or not awake:
        return []
    free = _free(holder[0], awake, among)
    picking, whose = _picking(action, bucket, free, holder, size)
    taking, taken = _taking(action, bucket, free, holder)
    # MATERIALIZED: PostgreSQL may run a plain subselect once per row, and assign far more than `size`
    return await database.query(
        f"WITH picked AS MATERIALIZED ({picking}) {taking} RETURNING contact_id, {', '.join(_COUNTED)}",
        *(*whose, bucket.id, *taken),
    )


def _picking(
    action: Action, bucket: Bucket, free: str, holder: Statement, size: int, found: str = "id", only: str = "true"
) -> Statement:
    """``only``: a condition on an earlier part of the statement, which runs before the first row is locked."""
    lately = sql_time(hours.locked_since(action.campaign, bucket.started_at))
    skip = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
    # A whole bucket's size stands in the text: for a LIMIT that is a value PostgreSQL plans the statement anew each time
    limit, most = (str(int(size)), []) if size == bucket.size else ("?", [size])
    text = (
        f"SELECT {found} FROM conversation WHERE {free} AND {only} AND {hours.rested_sql('conversation.contact_id')}"
        f" ORDER BY turn, id LIMIT {limit}{skip}"
    )
    return text, [action.id, *holder[1], lately, *most]


def _taking(
    action: Action,
    bucket: Bucket,
    free: str,
    holder: Statement,
    bucket_id: str = "?",
    picked: str = "id IN (SELECT id FROM picked)",
) -> Statement:
    changes, values = f"bucket_id = {bucket_id}, skips = 0", list[Any]()
    if holder is _POOL:
        changes += f", {HOLD_BY_START}"
        values = [bucket.user_id, sql_time(bucket.started_at)]
    return f"UPDATE conversation SET {changes} WHERE {picked} AND {free}", [*values, action.id, *holder[1]]


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
