"""What Twilio told us, stored before it is answered: any order, any repeat, before the call's own answer."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

INBOUND, STATUS = "inbound", "status"


class TwilioEvent(Model):
    """``public_id`` is the message the callback's address names. ``applied_at`` is empty until its row is known."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(10)
    sid = fields.CharField(34)
    status = fields.CharField(20, default="")
    public_id = fields.UUIDField(null=True)
    payload: dict[str, Any] = fields.JSONField(default=dict)
    received_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True)

    class Meta:
        table = "twilio_event"
