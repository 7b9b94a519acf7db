"""The kept counts of what carriers did with an action's texts, by hour, number, version of a script and error (SPEC R7).

They change with the tallies (tallies.py), in the order of their keys. A row belongs to one number, whose texts leave one by
one, so hardly two transactions want the same row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

HOUR = 3600  # seconds
TEXTS, DELIVERED = "texts", "delivered"
NO_ERROR = 0
# The statuses after which Twilio reports nothing more of a text
ARRIVED, FAILED_DELIVERY = ("delivered", "read"), ("failed", "undelivered", "canceled")


class DeliveryTally(Model):
    """Texts that Twilio took or refused in one hour. ``hour``: hours since 1970. ``script_id``, ``version``: 0 for typed words and
    for texts found after a restore. ``code``: the error of a text that did not arrive, else NO_ERROR. ``delivered``: how many of
    the ``texts`` a carrier reported as delivered."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.IntField()
    hour = fields.IntField()
    number_id = fields.IntField()
    action_id = fields.IntField()
    script_id = fields.IntField(default=0)
    version = fields.IntField(default=0)
    code = fields.IntField(default=0)
    texts = fields.IntField(default=0)
    delivered = fields.IntField(default=0)

    class Meta:
        table = "delivery_tally"


KEY = "number_id, hour, action_id, script_id, version, code, campaign_id"


@dataclass(frozen=True, order=True)
class Delivery:
    """Names one count: a row of DeliveryTally and its column, TEXTS or DELIVERED."""

    number_id: int
    hour: int
    action_id: int
    script_id: int
    version: int
    code: int
    campaign_id: int
    column: str = TEXTS

    @property
    def key(self) -> tuple[int, ...]:
        """The values of the columns in KEY."""
        own = self.number_id, self.hour, self.action_id, self.script_id, self.version, self.code
        return *own, self.campaign_id


def counts(text: Any, code: int | None) -> dict[Any, int]:
    """The counts that one of our texts adds once Twilio took or refused it. Texts outside an action add none. ``code``: its error,
    where it did not arrive."""
    at = text.taken_at or text.claimed_at
    if at is None or text.action_id is None or text.number_id is None:
        return {}
    script_id, version = (text.script_id, text.script_version or 0) if text.script_id else (0, 0)
    where = text.number_id, hour_of(at), text.action_id, script_id, version, code or NO_ERROR, text.campaign_id
    arrived = int(text.delivery in ARRIVED)
    return {Delivery(*where, column=TEXTS): 1, Delivery(*where, column=DELIVERED): arrived}


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // HOUR
