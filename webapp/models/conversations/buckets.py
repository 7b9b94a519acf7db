"""Buckets: the contacts one Start assigned to one volunteer, and how far they got (SPEC V3, V4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import Row, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import column
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action, ActionUser
from webapp.models.conversations import hours
from webapp.models.conversations.conversation import Conversation


class Bucket(Model):
    """The contacts one Start assigned to one volunteer. Finished when none is textable now and one was texted (V4)."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="buckets", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="buckets", on_delete=fields.NO_ACTION
    )
    size = fields.IntField()
    started_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()  # by Start or the last send; S8 counts from here
    finished_at = fields.DatetimeField(null=True)

    action_id: int
    user_id: int

    class Meta:
        table = "bucket"


@dataclass(frozen=True)
class Counter:
    """How far a bucket is: numbers of its contacts, all that were or may be texted, and those texted."""

    total: int
    texted: int


@dataclass(frozen=True)
class Progress(Counter):
    """And those asleep now, skipped once, and the replies so far."""

    asleep: int
    skipped: int
    replies: int

    @classmethod
    def of(cls, stand: Row) -> Progress:
        """``stand``: a row with the `stand_columns`."""
        texted, left = stand["texted"], stand["open"]
        return cls(texted + left, texted, left - stand["awake"], stand["skipped"], stand["replies"])


async def progress(bucket: Bucket, campaign: Campaign) -> Progress:
    return Progress.of(await _stand(bucket, campaign, clock.now()))


async def open_ones(user_id: int, action_ids: list[int]) -> dict[int, Bucket]:
    """Action -> the volunteer's bucket there that is not finished."""
    rows = await Bucket.filter(user_id=user_id, action_id__in=action_ids or [0], finished_at=None).order_by("id")
    return {row.action_id: row for row in rows}


async def under_way(campaign_id: int | None, action_id: int = 0) -> set[int]:
    """Users with a bucket that is not finished: of every campaign (None), of one, or of one of its actions."""
    found = Bucket.filter(finished_at=None)
    if campaign_id is not None:
        found = found.filter(action__campaign_id=campaign_id)
    if action_id:
        found = found.filter(action_id=action_id)
    return set(await column(found, "user_id"))


@transactional
async def settle(bucket: Bucket, now: datetime) -> bool:
    """Finishes the bucket if it is done (V4) and counts the Perform, once. True where it is finished."""
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


async def take_back(conversation: Conversation, user_id: int) -> None:
    """Gives the conversation to this user again: S8 put it back into the pool and nobody took it, but its card was
    still on their screen."""
    conversation.hold(user_id, clock.now(), by_start=True)
    newest = await Bucket.filter(action_id=conversation.action_id, user_id=user_id).order_by("-id").first()
    conversation.bucket_id = newest.id if newest else None


async def open_again(bucket_id: int | None) -> None:
    """Opens a finished bucket after one of its first texts was taken back or refused: one contact is to be texted again."""
    bucket = await Bucket.filter(id=bucket_id or 0).select_for_update().first()
    if bucket and bucket.finished_at:
        bucket.finished_at = None
        await bucket.save(update_fields=["finished_at"])
        tallies.add(bucket.action_id, bucket.user_id, {"performs": -1})
        await ActionUser.unless_completed(bucket.action_id, bucket.user_id)


async def _stand(bucket: Bucket, campaign: Campaign, now: datetime) -> dict[str, int]:
    awake, since = await hours.open_zone_sets(campaign, now), sql_time(hours.locked_since(campaign, now))
    textable = _number(f"{_rested(awake)} AND v.user_id = ?")
    [row] = await database.query(
        f"WITH {standing('?')} SELECT {stand_columns(awake)}, {textable} AS textable FROM mine v",
        *(bucket.id, since, bucket.user_id),
    )
    return {name: int(number) for name, number in row.items()}


_OPEN = "v.texted_at IS NULL AND v.closed_code IS NULL"


def standing(bucket: str) -> str:
    """Two tables of a WITH: ``mine``, the conversations of a bucket, and ``locked``, the ids of contacts in open ones
    whom the lock keeps from being texted. ``bucket``: SQL of its id, and more conditions. Parameter after it:
    `locked_since`. Each contact is looked up by a subselect. For a join, or an array of ids in a small table,
    PostgreSQL may read every contact, and keep that plan when the table has grown."""
    locked = f"(SELECT {hours.LOCKED} FROM contact k WHERE k.id = v.contact_id)"
    return (
        "mine AS MATERIALIZED (SELECT v.id, v.user_id, v.contact_id, v.zone_set_id, v.texted_at, v.replied_at, v.closed_code, v.skips"
        f" FROM conversation v WHERE v.bucket_id = {bucket}),"
        f" locked AS MATERIALIZED (SELECT v.contact_id AS id FROM mine v WHERE {_OPEN} AND {locked})"
    )


def stand_columns(awake: list[int | None]) -> str:
    """Counts of a bucket's contacts, for a SELECT from ``mine v``: ``texted``, ``replies``, ``open`` (not texted yet),
    ``skipped``, and ``awake`` (open, and clock and lock allow a text)."""
    return (
        f"{COUNTER}, COUNT(v.replied_at) AS replies,"
        f" {_number(f'{_OPEN} AND v.skips > 0')} AS skipped, {_number(_rested(awake))} AS awake"
    )


def _rested(awake: list[int | None]) -> str:
    return f"{_OPEN} AND {hours.awake_sql(awake, 'v.zone_set_id')} AND v.contact_id NOT IN (SELECT id FROM locked)"


def _number(of: str) -> str:
    return f"COUNT(CASE WHEN {of} THEN 1 END)"


COUNTER = f"COUNT(v.texted_at) AS texted, {_number(_OPEN)} AS open"
