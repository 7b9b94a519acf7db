"""Kept counts of texts by the hour, and what one text adds to them and to its script (SPEC R2, R3).

Our texts count in the hour in which Twilio took them, even if they are delivered later; theirs in the hour they came. A row
belongs to one user, so two volunteers never lock the same row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.models.deliveries import ARRIVED, FAILED_DELIVERY, hour_of
from webapp.models.kept_counts import Added, of_script

COLUMNS = ("initials", "follow_ups", "responses", "delivered", "undelivered")
NAMES = {f"hour:{column}": column for column in COLUMNS}  # name of a count -> column


class HourTally(Model):
    """``hour``: hours since 1970. ``delivered``, ``undelivered``: how many of our texts carriers have reported as such so far."""

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


def of_text(text: Any, taken: bool) -> Added:
    """The counts a message adds to its hour and its script. ``taken``: it is ours, and Twilio took it."""
    counted: Added = {}
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
    """Each hour in which something was counted, oldest first. Its cost does not grow with the number of texts: there is one row
    per user and hour."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in COLUMNS)
    rows = await database.query(
        f"SELECT hour, {sums} FROM hour_tally WHERE action_id = ? GROUP BY hour ORDER BY hour", action_id
    )
    return [Hour(**{name: int(value) for name, value in row.items()}) for row in rows]
