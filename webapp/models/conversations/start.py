"""Start assigns a bucket, and the queue shows its next contact (SPEC V3, V4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, insert, new, together
from webapp.models import tallies
from webapp.models.accounts.users import User
from webapp.models.actions import audience
from webapp.models.actions.action import Action, ActionUser
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import buckets, hours
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.numbers import choice
from webapp.rules import window

Refusal = Literal["setup", "stopped", "paused", "cap", "ended", "queue", "no_number"]


@dataclass(frozen=True)
class Closed:
    """Start is refused; ``minutes`` is the queue ahead where that is why."""

    why: Refusal
    minutes: int = 0


@transactional
async def assign_bucket(action: Action, user: User) -> Bucket | None:
    """The volunteer's bucket: the one that is open, else a new one; None where nobody can be texted now.

    One at a time per volunteer and action: the row of the volunteer in the action is the lock, which noting the start
    takes.
    """
    await ActionUser.mark([action.id], user.id, "seen_at", "started_at")
    now = clock.now()
    bucket = await Bucket.filter(action=action, user=user, finished_at=None).order_by("-id").first()
    if bucket and await next_in_queue(action, user):
        return bucket
    if bucket:
        await buckets.settle(bucket, now)
    return await _new_bucket(action, user, now)


async def _new_bucket(action: Action, user: User, now: datetime) -> Bucket | None:
    """Sleepers the volunteer still holds come first, then the pool's oldest."""
    size = action.campaign.bucket_size
    bucket = new(Bucket, action_id=action.id, user_id=user.id, size=size, started_at=now, last_used_at=now)
    [row] = await together(insert(bucket))
    bucket.id = row["id"]
    awake = await hours.open_zone_sets(action.campaign, now, hours.START_MARGIN)
    while True:
        kept = await _claim(action, user, bucket, awake, size, from_pool=False)
        taken = await _claim(action, user, bucket, awake, size - len(kept), from_pool=True)
        if not kept + taken:
            await bucket.delete()
            return None
        _move_counts(action, user, taken)
        if await _left_out(action, kept + taken) < len(kept + taken):
            return bucket


def _move_counts(action: Action, user: User, taken: list[Conversation]) -> None:
    """From the pool's tally to the volunteer's; asked once of those that count alike, which are nearly all."""
    alike: dict[tuple[bool, ...], list[Conversation]] = defaultdict(list)
    for conversation in taken:
        alike[tuple(bool(getattr(conversation, name)) for name in _COUNTED)].append(conversation)
    for one, *others in alike.values():
        tallies.add(action.id, user.id, one.counts(), 1 + len(others))
        one.unread = False  # nobody's in the pool
        tallies.add(action.id, 0, one.counts(), -1 - len(others))


async def _left_out(action: Action, found: list[Conversation]) -> int:
    """How many of them are in the action no more; asked while a job still applies what changed (A1)."""
    if action.audience_cursor is None:
        return 0
    return await audience.sync_conversations([c.contact_id for c in found], action.id)


# A subselect asked for each row picked: of a NOT EXISTS, PostgreSQL makes a join that may read every contact
_NOT_LOCKED = "(SELECT k.last_claimed_at > ? FROM contact k WHERE k.id = conversation.contact_id) IS NOT TRUE"
_COUNTED = ("needs_attention", "unread", "replied_at", "reported_at", "opted_out_at")


async def _claim(
    action: Action, user: User, bucket: Bucket, awake: list[int | None], size: int, from_pool: bool
) -> list[Conversation]:
    """Selects and takes in one statement, ordered, passing over rows another Start holds, its condition repeated."""
    if size <= 0 or not awake:
        return []
    holder, whose = ("user_id IS NULL AND NOT with_staff", []) if from_pool else ("user_id = ?", [user.id])
    free = f"action_id = ? AND {holder} AND texted_at IS NULL AND closed_code IS NULL AND {hours.awake_sql(awake)}"
    lately = sql_time(hours.locked_since(action.campaign, bucket.started_at))
    skip = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
    changes, values = "bucket_id = ?, skips = 0", [bucket.id]
    if from_pool:
        changes += ", user_id = ?, held_since = ?, held_by_start = ?, unread = (replied_at IS NOT NULL)"
        values += [user.id, sql_time(bucket.started_at), True]
    # MATERIALIZED: as a plain subselect PostgreSQL may run it once a row, and hand out far more than `size`
    rows = await database.query(
        f"WITH picked AS MATERIALIZED (SELECT id FROM conversation WHERE {free} AND {_NOT_LOCKED} ORDER BY turn, id LIMIT ?{skip})"
        f" UPDATE conversation SET {changes} WHERE id IN (SELECT id FROM picked) AND {free} RETURNING contact_id, {', '.join(_COUNTED)}",
        action.id,
        *whose,
        lately,
        size,
        *values,
        action.id,
        *whose,
    )
    return [new(Conversation, **row) for row in rows]


_CARD = Joined(v=Conversation, k=Contact, s=Script)


async def next_in_queue(action: Action, user: User) -> Conversation | None:
    """The next person this volunteer may text now, with contact and script: one round trip, from an index."""
    now = clock.now()
    awake = await hours.open_zone_sets(action.campaign, now)
    while True:
        rows = await database.query(
            f"SELECT {_CARD.columns} FROM conversation v JOIN contact k ON k.id = v.contact_id"
            " LEFT JOIN script s ON s.id = v.script_id WHERE v.user_id = ? AND v.action_id = ?"
            f" AND v.texted_at IS NULL AND v.closed_code IS NULL AND {hours.awake_sql(awake, 'v.zone_set_id')}"
            " AND (k.last_claimed_at IS NULL OR k.last_claimed_at <= ?) ORDER BY v.turn, v.id LIMIT 1",
            user.id,
            action.id,
            sql_time(hours.locked_since(action.campaign, now)),
        )
        if not rows:
            return None
        found = _CARD.of(rows[0])
        conversation: Conversation = found["v"]
        conversation.contact, conversation.script = found["k"], found["s"]
        if not await _left_out(action, [conversation]):
            return conversation


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
