"""The kept sums of what texts cost, by quarter of an hour, so that the day's spend reads no texts (SPEC S11).

They change in the transaction of the texts they count, after the tallies, in the order of their keys. A row belongs to one
user, so two volunteers never lock the same row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models import tallies
from webapp.rules.spend import Priced

QUARTER = 900  # seconds: every time zone's midnight begins one


class SpendTally(Model):
    """Texts of one price that Twilio took in a quarter of an hour. ``quarter``: quarters of an hour since 1970. ``action_id``,
    ``user_id``: 0 for none. ``price``: the price of each text, as Twilio wrote it; blank until it is known."""

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
    """Counts a text of ours that Twilio took. ``sign`` -1 takes it away again, for example before its price changes."""
    key = (
        message.campaign_id,
        _quarter(message.taken_at),
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


async def since(instants: Mapping[int, datetime]) -> dict[int, list[Priced]]:
    """Campaign -> the texts Twilio took since its instant, each of which must begin a quarter of an hour."""
    rows = await database.query(
        "SELECT campaign_id, action_id, price, mms, SUM(texts) AS texts, SUM(segments) AS segments FROM spend_tally"
        f" WHERE {' OR '.join(['(campaign_id = ? AND quarter >= ?)'] * len(instants))}"
        " GROUP BY campaign_id, action_id, price, mms HAVING SUM(texts) > 0",
        *(value for campaign_id, at in instants.items() for value in (campaign_id, _quarter(at))),
    )
    found: dict[int, list[Priced]] = {campaign_id: [] for campaign_id in instants}
    for row in rows:
        found[row["campaign_id"]].append(priced(row))
    return found


async def by_day(campaign_id: int, starts: Sequence[datetime]) -> list[list[Priced]]:
    """The texts Twilio took on each day. ``starts``: the beginning of each day, newest first; a day ends where the day before it in
    the list begins."""
    days = " ".join(f"WHEN quarter >= {_quarter(start)} THEN {n}" for n, start in enumerate(starts))
    rows = await database.query(
        f"SELECT CASE {days} END AS day, action_id, price, mms, SUM(texts) AS texts, SUM(segments) AS segments"
        " FROM spend_tally WHERE campaign_id = ? AND quarter >= ? GROUP BY 1, 2, 3, 4 HAVING SUM(texts) > 0",
        campaign_id,
        _quarter(starts[-1]),
    )
    found: list[list[Priced]] = [[] for _ in starts]
    for row in rows:
        found[row["day"]].append(priced(row))
    return found


def priced(row: Mapping[str, Any]) -> Priced:
    """``row``: with the columns action_id, price, mms, texts and segments."""
    return Priced(row["action_id"], row["price"], bool(row["mms"]), int(row["texts"]), int(row["segments"] or 0))


def _quarter(at: datetime) -> int:
    return int(at.timestamp()) // QUARTER
