"""The kept counts of what carriers did with an action's texts, by hour, number, version of a script and error (SPEC R7).

They move with the tallies (tallies.py), in the order of their keys. A row is of one number, whose texts leave one by one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

HOUR = 3600  # seconds
TEXTS, DELIVERED = "texts", "delivered"
NO_ERROR = 0
# Twilio's last words on a text
ARRIVED, FAILED_DELIVERY = ("delivered", "read"), ("failed", "undelivered", "canceled")


class DeliveryTally(Model):
    """Texts that Twilio took or refused in an hour. ``hour``: of those since 1970. ``script_id``, ``version``: 0 for typed words,
    and where a restored backup did not know it. ``code``: why a text did not arrive, NO_ERROR where nobody said so.
    ``delivered``: those of them that a carrier reported as delivered."""

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
    """The name of a count: a row of DeliveryTally, and TEXTS or DELIVERED."""

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
        """As KEY."""
        own = self.number_id, self.hour, self.action_id, self.script_id, self.version, self.code
        return *own, self.campaign_id


def counts(text: Any, code: int | None) -> Counter[Delivery]:
    """The counts that a text of ours adds, which Twilio took or refused. ``code``: why it did not arrive. Only those of an action count."""
    at = text.taken_at or text.claimed_at
    if at is None or text.action_id is None or text.number_id is None:
        return Counter()
    script_id, version = (text.script_id, text.script_version or 0) if text.script_id else (0, 0)
    where = text.number_id, hour_of(at), text.action_id, script_id, version, code or NO_ERROR, text.campaign_id
    arrived = int(text.delivery in ARRIVED)
    return Counter({Delivery(*where, column=TEXTS): 1, Delivery(*where, column=DELIVERED): arrived})


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // HOUR
