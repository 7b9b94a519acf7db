"""Start, the queue of one volunteer, and what goes back to the pool (SPEC V3, V4, S8)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, insert, new, together
from webapp.models import audience, hours, pool, tallies
from webapp.models.actions import Action, ActionUser
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Bucket, Conversation
from webapp.models.people import User
from webapp.models.scripts import Script
from webapp.rules import window

Refusal = Literal["setup", "stopped", "paused", "cap", "ended", "queue", "no_number"]


@dataclass(frozen=True)
class Closed:
    """Start is refused; ``minutes`` is the queue ahead where that is why."""

    why: Refusal
    minutes: int = 0


@transactional
async def start(action: Action, user: User) -> Bucket | None:
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
        await settle(bucket, now)
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
        _count(action, user, taken)
        if await _left_out(action, kept + taken) < len(kept + taken):
            return bucket


def _count(action: Action, user: User, taken: list[Conversation]) -> None:
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
    return await audience.follow([c.contact_id for c in found], action.id)


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
        f"WITH picked AS MATERIALIZED (SELECT id FROM conversation WHERE {free} AND {_NOT_LOCKED} ORDER BY turn, id LIMIT ?{skip})"  # noqa: S608
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
            f"SELECT {_CARD.columns} FROM conversation v JOIN contact k ON k.id = v.contact_id"  # noqa: S608
            " LEFT JOIN script s ON s.id = v.script_id WHERE v.user_id = ? AND v.action_id = ?"
            f" AND v.texted_at IS NULL AND v.closed_code IS NULL AND {hours.awake_sql(awake, 'v.zone_set_id')}"
            " AND (k.last_claimed_at IS NULL OR k.last_claimed_at <= ?) ORDER BY v.turn, v.id LIMIT 1",
            user.id, action.id, sql_time(hours.locked_since(action.campaign, now)),
        )  # fmt: skip
        if not rows:
            return None
        found = _CARD.of(rows[0])
        conversation: Conversation = found["v"]
        conversation.contact, conversation.script = found["k"], found["s"]
        if not await _left_out(action, [conversation]):
            return conversation


async def settle(bucket: Bucket, now: datetime) -> bool:
    """Finishes the bucket where it is (SPEC V4); True where it is finished. Counts the Perform, once."""
    if bucket.finished_at:
        return True
    stand = await _stand(bucket, (await Action.get(id=bucket.action_id).select_related("campaign")).campaign, now)
    waiting = await database.query(
        "SELECT 1 AS one FROM message WHERE bucket_id = ? AND status = 'queued' LIMIT 1", bucket.id
    )
    if stand["textable"] or waiting or not stand["texted"]:
        return False
    if not await Bucket.filter(id=bucket.id, finished_at=None).update(finished_at=now):
        return True
    bucket.finished_at = now
    await ActionUser.mark([bucket.action_id], bucket.user_id, "completed_at")
    tallies.add(bucket.action_id, bucket.user_id, {"performs": 1})
    return True


async def _stand(bucket: Bucket, campaign: Campaign, now: datetime) -> dict[str, int]:
    """How many of a bucket are texted, open (not texted yet), awake of the open ones, textable (awake and still with its
    volunteer), skipped, and have replied: one round trip, whatever the bucket's size."""
    awake, since = await hours.open_zone_sets(campaign, now), sql_time(hours.locked_since(campaign, now))
    is_open = "v.texted_at IS NULL AND v.closed_code IS NULL"
    is_awake = f"{is_open} AND {hours.awake_sql(awake, 'v.zone_set_id')}"
    rested = "(k.last_claimed_at IS NULL OR k.last_claimed_at <= ?)"
    [row] = await database.query(
        "SELECT COUNT(v.texted_at) AS texted, COUNT(v.replied_at) AS replies,"  # noqa: S608
        f" COALESCE(SUM(CASE WHEN {is_open} THEN 1 ELSE 0 END), 0) AS open,"
        f" COALESCE(SUM(CASE WHEN {is_open} AND v.skips > 0 THEN 1 ELSE 0 END), 0) AS skipped,"
        f" COALESCE(SUM(CASE WHEN {is_awake} AND {rested} THEN 1 ELSE 0 END), 0) AS awake,"
        f" COALESCE(SUM(CASE WHEN {is_awake} AND {rested} AND v.user_id = ? THEN 1 ELSE 0 END), 0) AS textable"
        " FROM conversation v JOIN contact k ON k.id = v.contact_id WHERE v.bucket_id = ?",
        since, since, bucket.user_id, bucket.id,
    )  # fmt: skip
    return {name: int(number) for name, number in row.items()}


async def closed(action: Action) -> Closed | None:
    """Why Start is refused now; None where it is open (SPEC V3, S10)."""
    campaign, now = action.campaign, clock.now()
    if not campaign.set_up:
        return Closed("setup")
    if why := action.first_texts_stopped(now):
        return Closed(cast(Refusal, why))
    seconds = await pool.shortest_queue(campaign)
    if seconds is None:
        return Closed("no_number")
    left = (window.closes_at(now, campaign.opens, campaign.closes, (campaign.timezone,)) - now).total_seconds()
    if seconds > campaign.queue_limit_minutes * 60 or 0 < left < seconds:
        return Closed("queue", int(seconds // 60) + 1)
    return None


@dataclass(frozen=True)
class Progress:
    """Where a volunteer stands in a bucket: people in it, texted, asleep now, skipped once."""

    total: int
    texted: int
    asleep: int
    skipped: int
    replies: int


async def progress(bucket: Bucket, campaign: Campaign) -> Progress:
    stand = await _stand(bucket, campaign, clock.now())
    return Progress(
        total=stand["texted"] + stand["open"], texted=stand["texted"], asleep=stand["open"] - stand["awake"],
        skipped=stand["skipped"], replies=stand["replies"],
    )  # fmt: skip


async def open_ones(user_id: int, action_ids: list[int]) -> dict[int, Bucket]:
    """Action -> the volunteer's bucket there that is not finished."""
    rows = await Bucket.filter(user_id=user_id, action_id__in=action_ids or [0], finished_at=None).order_by("id")
    return {row.action_id: row for row in rows}


async def current(action: Action, user: User) -> Bucket | None:
    """The volunteer's newest bucket in this action, finished or not."""
    return await Bucket.filter(action=action, user=user).order_by("-id").first()


@transactional
async def finish_if_done(bucket: Bucket) -> bool:
    return await settle(bucket, clock.now())


async def open_again(bucket_id: int | None) -> None:
    """A first text out of it was taken back or refused: there is someone to text again."""
    bucket = await Bucket.filter(id=bucket_id or 0).select_for_update().first()
    if bucket and bucket.finished_at:
        bucket.finished_at = None
        await bucket.save(update_fields=["finished_at"])
        tallies.add(bucket.action_id, bucket.user_id, {"performs": -1})
