"""A webhook of Twilio, stored before it is answered. They come in any order, repeated, or before our own call's answer
(SPEC X5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock

INBOUND, STATUS = "inbound", "status"
LONGEST_PAUSE = 60  # seconds between two tries of one event


@dataclass(frozen=True)
class News:
    """Which thread changed; ``user_id``: its holder. None where nobody has to look."""

    user_id: int | None = None
    conversation_id: int | None = None


class TwilioEvent(Model):
    """``public_id``: the message that the callback's address names. ``applied_at``: None until its message is known."""

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

    async def mark_applied(self) -> None:
        self.applied_at = clock.now()
        await self.save(update_fields=["applied_at"])

    async def try_later(self) -> None:
        """The pause doubles with each failure, up to LONGEST_PAUSE."""
        self.failures += 1
        self.next_try_at = clock.now() + timedelta(seconds=min(2**self.failures, LONGEST_PAUSE))
        await self.save(update_fields=["failures", "next_try_at"])
