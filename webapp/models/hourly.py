"""Kept counts of texts by the hour, and what one text adds to them and to its script (SPEC R2, R3).

Ours stand in the hour in which Twilio took them, also when they are delivered later; theirs in the hour they came. A row is
of one user, so no two volunteers meet in one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models.deliveries import ARRIVED, FAILED_DELIVERY, hour_of
from webapp.models.kept_counts import Counts, of_script

COLUMNS = ("initials", "follow_ups", "responses", "delivered", "undelivered")
NAMES = {f"hour:{column}": column for column in COLUMNS}  # of a count -> column


class HourTally(Model):
    """``hour``: of those since 1970. ``delivered``, ``undelivered``: of our texts, what carriers reported so far."""

    id = fields.BigIntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    hour = fields.IntField()
    initials = fields.IntField(default=0)
    follow_ups = fields.IntField(default=0)
    responses = fields.IntField(default=0)
    delivered = fields.IntField(default=0)
    undelivered = fields.IntField(default=0)

    class Meta:
        table = "hour_tally"


def of_text(text: Any, taken: bool) -> Counts:
    """The counts of a message in its hour and for its script. ``taken``: ours, and Twilio took it."""
    counted: Counts = Counter()
    if taken and text.script_id:
        mms = text.picture_id is not None
        for column, number in (("sent", 1), ("segments", 0 if mms else text.segments), ("mms", int(mms))):
            counted[of_script(column, text.script_id, text.script_version)] = number
    at = text.taken_at if taken else None if text.ours else text.created_at
    if at:
        kind = ("initials" if text.kind == "initial" else "follow_ups") if text.ours else "responses"
        told = "delivered" if text.delivery in ARRIVED else "undelivered" if text.delivery in FAILED_DELIVERY else ""
        for column in (kind, told if text.ours else ""):
            if column:
                counted[f"hour:{column}", hour_of(at), 0] = 1
    return counted


@dataclass(frozen=True)
class Hour:
    hour: int
    initials: int
    follow_ups: int
    responses: int
    delivered: int
    undelivered: int


async def of_action(action_id: int) -> list[Hour]:
    """Each hour in which something was counted, the first one first. As quick at any number of texts: a row is of a user's
    hour."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in COLUMNS)
    rows = await database.query(
        f"SELECT hour, {sums} FROM hour_tally WHERE action_id = ? GROUP BY hour ORDER BY hour", action_id
    )
    return [Hour(**{name: int(value) for name, value in row.items()}) for row in rows]
