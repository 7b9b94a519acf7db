"""The kept sums of what texts cost, by quarter of an hour, so that the day's spend reads no texts (SPEC S11).

They move in the transaction of what they count, after the tallies, in the order of their keys. A row is of one user, so
no two volunteers meet in one.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models import tallies
from webapp.rules.spend import Group

QUARTER = 900  # seconds: every time zone's midnight begins one


class SpendTally(Model):
    """Texts that Twilio took in a quarter of an hour, of one price. ``quarter``: of those since 1970. ``action_id``,
    ``user_id``: 0 for none. ``price``: of each, as Twilio wrote it; blank until known."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.IntField()
    quarter = fields.IntField()
    action_id = fields.IntField(default=0)
    user_id = fields.IntField(default=0)
    mms = fields.IntField(default=0)
    price = fields.CharField(16, default="")
    texts = fields.IntField(default=0)
    segments = fields.IntField(default=0)

    class Meta:
        table = "spend_tally"


Key = tuple[int, int, int, int, int, str]


def add(message: Any, sign: int = 1) -> None:
    """A text of ours that Twilio took counts from now on; with ``sign`` -1 no more, as before its price changes."""
    key = (
        message.campaign_id,
        int(message.taken_at.timestamp()) // QUARTER,
        message.action_id or 0,
        message.user_id or 0,
        int(message.picture_id is not None),
        message.price,
    )
    moves = _moves()
    moves[key, "texts"] += sign
    moves[key, "segments"] += sign * message.segments


def _moves() -> Counter[tuple[Key, str]]:
    work = database.work()
    if "spending" not in work.kept:
        tallies.come_first()
        work.kept["spending"] = Counter()
        work.last.append(_apply)
    moves: Counter[tuple[Key, str]] = work.kept["spending"]
    return moves


async def _apply() -> None:
    moves = _moves()
    for key in sorted({key for key, _ in moves}):
        await database.query(
            "INSERT INTO spend_tally (campaign_id, quarter, action_id, user_id, mms, price, texts, segments)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (campaign_id, quarter, action_id, user_id, mms, price) DO UPDATE"
            " SET texts = spend_tally.texts + excluded.texts, segments = spend_tally.segments + excluded.segments",
            *key,
            moves[key, "texts"],
            moves[key, "segments"],
        )
    moves.clear()


async def since(campaign_id: int, instant: datetime) -> list[Group]:
    """What was taken since then, an instant that begins a quarter of an hour."""
    rows = await database.query(
        "SELECT action_id, price, mms, SUM(texts) AS texts, SUM(segments) AS segments FROM spend_tally"
        " WHERE campaign_id = ? AND quarter >= ? GROUP BY action_id, price, mms HAVING SUM(texts) > 0",
        campaign_id,
        int(instant.timestamp()) // QUARTER,
    )
    return [Group(r["action_id"], r["price"], bool(r["mms"]), int(r["texts"]), int(r["segments"] or 0)) for r in rows]
