"""Start, the queue of one volunteer, and what goes back to the pool (SPEC V3, V4, S8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import transactional
from webapp.models import pool, tallies
from webapp.models.actions import Action, ActionUser
from webapp.models.campaign import Campaign
from webapp.models.contacts import ZoneSet, sql_time
from webapp.models.conversations import AssignmentEvent, Bucket, Conversation
from webapp.models.gate import zones_of
from webapp.models.people import User
from webapp.rules import window

START_MARGIN = 10  # minutes a contact must still be textable to be handed out
NOBODY = -1  # no conversation has this zone set

Refusal = Literal["setup", "stopped", "paused", "ended", "queue", "no_number"]


@dataclass(frozen=True)
class Closed:
    """Start is refused; ``minutes`` is the queue ahead where that is why."""

    why: Refusal
    minutes: int = 0


@dataclass(frozen=True)
class Asleep:
    """A zone set of people who can't be texted now, and when the first moment comes that they can."""

    zones: tuple[str, ...]
    people: int
    opens_at: datetime | None


async def open_zone_sets(campaign: Campaign, now: datetime, minutes: int = 0) -> list[int | None]:
    """The zone sets whose people may be texted now and for ``minutes`` more. None stands for "nothing known"."""
    sets: dict[int | None, tuple[str, ...]] = {row.id: row.zones for row in await ZoneSet.all()}
    sets[None] = (campaign.timezone,)
    return [key for key, zones in sets.items() if is_open(campaign, zones, now, minutes)]


def is_open(campaign: Campaign, zones: tuple[str, ...], now: datetime, minutes: int = 0) -> bool:
    ours = window.open_for(now, minutes, campaign.opens, campaign.closes, zones)
    return ours and window.open_for(now, minutes, window.LEGAL_START, window.LEGAL_END, zones)


@transactional
async def start(action: Action, user: User) -> Bucket | None:
    """The volunteer's bucket: the one that is open, else a new one; None where nobody can be texted now.

    One at a time per volunteer and action: the row of the volunteer in the action is the lock.
    """
    await ActionUser.mark([action.id], user.id, "seen_at", "started_at")
    await ActionUser.filter(action=action, user=user).select_for_update().get()
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
    bucket = await Bucket.create(action=action, user=user, size=size, started_at=now, last_used_at=now)
    awake = await open_zone_sets(action.campaign, now, START_MARGIN)
    kept = await _claim(action, user, bucket, awake, size, from_pool=False)
    taken = await _claim(action, user, bucket, awake, size - len(kept), from_pool=True)
    if not kept + taken:
        await bucket.delete()
        return None
    for conversation in taken:
        tallies.add(action.id, user.id, conversation.counts())
        conversation.unread = False  # nobody's in the pool
        tallies.add(action.id, 0, conversation.counts(), -1)
    return bucket


_COUNTED = "needs_attention, unread, replied_at, reported_at, opted_out_at"


async def _claim(
    action: Action, user: User, bucket: Bucket, awake: list[int | None], size: int, from_pool: bool
) -> list[Conversation]:
    """Selects and takes in one statement, ordered, passing over rows another Start holds, its condition repeated."""
    if size <= 0 or not awake:
        return []
    holder = "user_id IS NULL AND NOT with_staff" if from_pool else f"user_id = {int(user.id)}"
    known = ", ".join(str(int(n)) for n in awake if n is not None) or str(NOBODY)
    zones = f"(zone_set_id IN ({known})" + (" OR zone_set_id IS NULL)" if None in awake else ")")
    free = f"action_id = {int(action.id)} AND {holder} AND texted_at IS NULL AND closed_code IS NULL AND {zones}"
    skip = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
    changes, values = "bucket_id = ?, skips = 0", [bucket.id]
    if from_pool:
        changes += ", user_id = ?, held_since = ?, held_by_start = ?, unread = (replied_at IS NOT NULL)"
        values += [user.id, sql_time(bucket.started_at), True]
    # MATERIALIZED: as a plain subselect PostgreSQL may run it once a row, and hand out far more than `size`
    rows = await database.query(
        f"WITH picked AS MATERIALIZED (SELECT id FROM conversation WHERE {free} ORDER BY turn, id LIMIT {int(size)}{skip})"  # noqa: S608
        f" UPDATE conversation SET {changes} WHERE id IN (SELECT id FROM picked) AND {free} RETURNING {_COUNTED}",
        *values,
    )
    return [Conversation(**row) for row in rows]


async def next_in_queue(action: Action, user: User) -> Conversation | None:
    """The next person this volunteer may text now."""
    awake = await open_zone_sets(action.campaign, clock.now())
    found = Conversation.filter(action=action, user=user, texted_at=None, closed_code=None).order_by("turn", "id")
    for conversation in await _awake(found, awake).limit(1).prefetch_related("contact", "script"):
        return conversation
    return None


def _awake(found: QuerySet[Conversation], awake: list[int | None]) -> QuerySet[Conversation]:
    known = [n for n in awake if n is not None] or [NOBODY]
    return (
        found.filter(Q(zone_set_id__in=known) | Q(zone_set_id=None))
        if None in awake
        else found.filter(zone_set_id__in=known)
    )


async def settle(bucket: Bucket, now: datetime) -> bool:
    """Finishes the bucket where it is (SPEC V4); True where it is finished. Counts the Perform, once."""
    if bucket.finished_at:
        return True
    open_sets = await open_zone_sets(await _campaign(bucket), now)
    rows = await Conversation.filter(bucket_id=bucket.id).values_list(
        "texted_at", "closed_code", "zone_set_id", "user_id"
    )
    textable = any(t is None and c is None and z in open_sets and u == bucket.user_id for t, c, z, u in rows)
    waiting = await database.query(
        "SELECT 1 AS one FROM message WHERE bucket_id = ? AND status = 'queued' LIMIT 1", bucket.id
    )
    if textable or waiting or not any(t is not None for t, *_ in rows):
        return False
    if not await Bucket.filter(id=bucket.id, finished_at=None).update(finished_at=now):
        return True
    bucket.finished_at = now
    await ActionUser.mark([bucket.action_id], bucket.user_id, "completed_at")
    tallies.add(bucket.action_id, bucket.user_id, {"performs": 1})
    return True


@transactional
async def skip(conversation: Conversation) -> None:
    """To the end of the volunteer's bucket; the second time back to the pool."""
    conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
    if conversation.texted_at or conversation.closed_code:
        return
    conversation.skips += 1
    conversation.to_the_end()
    if conversation.skips >= 2:
        await _return([conversation], "skip", conversation.user_id)
    else:
        await conversation.save(update_fields=["skips", "turn"])


@transactional
async def return_unsent(campaign: Campaign) -> int:
    """S8: contacts taken by Start and left untouched go back to the pool, sleepers too; how many did."""
    if not campaign.return_after_minutes:
        return 0
    since = clock.now() - timedelta(minutes=campaign.return_after_minutes)
    return await _return_untouched("a.campaign_id = ? AND b.last_used_at < ?", [campaign.id, sql_time(since)], None)


@transactional
async def return_all(action: Action, by: User) -> int:
    """The button on the action: every contact taken by Start and not clicked, whoever holds it."""
    return await _return_untouched("a.id = ?", [action.id], by.id)


async def _return_untouched(which: str, values: list, by_user_id: int | None) -> int:
    found = await database.query(
        "SELECT c.id FROM bucket b JOIN action a ON a.id = b.action_id JOIN conversation c ON c.bucket_id = b.id"  # noqa: S608
        f" WHERE {which} AND c.user_id = b.user_id AND c.held_by_start AND c.texted_at IS NULL AND c.closed_code IS NULL",
        *values,
    )
    waiting = Conversation.filter(id__in=[row["id"] for row in found] or [0], texted_at=None, closed_code=None)
    rows = [c for c in await waiting.order_by("id").select_for_update() if c.user_id and c.held_by_start]
    touched = {c.bucket_id for c in rows}
    await _return(rows, "return", by_user_id)
    for bucket in await Bucket.filter(id__in=list(touched) or [0]):
        await settle(bucket, clock.now())
    return len(rows)


async def _return(conversations: list[Conversation], how: str, by_user_id: int | None) -> None:
    now = clock.now()
    for conversation in conversations:
        tallies.take(conversation)
        holder = conversation.user_id
        conversation.let_go()
        tallies.put(conversation)
        await conversation.save()
        await AssignmentEvent.create(
            conversation_id=conversation.id,
            from_user_id=holder,
            to_user_id=None,
            by_user_id=by_user_id,
            how=how,
            at=now,
        )


async def asleep(action: Action, user: User | None) -> list[Asleep]:
    """Who of a volunteer's contacts (or of the pool) can't be texted now, by clock, soonest first."""
    campaign, now = action.campaign, clock.now()
    awake = await open_zone_sets(campaign, now, 0 if user else START_MARGIN)
    holder = f"user_id = {int(user.id)}" if user else "user_id IS NULL AND NOT with_staff"
    rows = await database.query(
        f"SELECT zone_set_id, COUNT(*) AS people FROM conversation WHERE action_id = ? AND {holder}"  # noqa: S608
        " AND texted_at IS NULL AND closed_code IS NULL GROUP BY zone_set_id", action.id,
    )  # fmt: skip
    found = []
    for row in rows:
        if row["zone_set_id"] not in awake:
            zones = await zones_of(campaign, row["zone_set_id"])
            found.append(Asleep(zones, int(row["people"]), opens_next(campaign, zones, now)))
    return sorted(found, key=lambda group: group.opens_at or datetime.max.replace(tzinfo=now.tzinfo))


def opens_next(campaign: Campaign, zones: tuple[str, ...], now: datetime) -> datetime | None:
    """When both the campaign's and the law's window are open next on these clocks."""
    start, end = max(campaign.opens, window.LEGAL_START), min(campaign.closes, window.LEGAL_END)
    return window.opens_at(now, start, end, zones)


async def _campaign(bucket: Bucket) -> Campaign:
    return (await Action.get(id=bucket.action_id).select_related("campaign")).campaign


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


async def progress(bucket: Bucket) -> Progress:
    campaign = await _campaign(bucket)
    awake = await open_zone_sets(campaign, clock.now())
    rows = await Conversation.filter(bucket_id=bucket.id).values_list(
        "texted_at", "closed_code", "zone_set_id", "skips", "replied_at"
    )
    open_rows = [row for row in rows if row[0] is None and row[1] is None]
    texted = sum(row[0] is not None for row in rows)
    return Progress(
        total=texted + len(open_rows),
        texted=texted,
        asleep=sum(row[2] not in awake for row in open_rows),
        skipped=sum(row[3] > 0 for row in open_rows),
        replies=sum(row[4] is not None for row in rows),
    )


async def returned(bucket: Bucket) -> int:
    """How many went back to the pool from this bucket because nobody sent or skipped them in time (S8)."""
    gone = AssignmentEvent.filter(from_user_id=bucket.user_id, how="return", at__gte=bucket.started_at)
    in_action = await gone.values_list("conversation_id", flat=True)
    return await Conversation.filter(id__in=list(in_action) or [0], action_id=bucket.action_id).count()


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
