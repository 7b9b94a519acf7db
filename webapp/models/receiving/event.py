"""A webhook of Twilio, stored before it is answered. They come in any order, repeated, or before our own call's answer
(SPEC X5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.database.statements import Statement

INBOUND, STATUS = "inbound", "status"
_STORED = ("kind", "sid", "status", "public_id", "payload", "received_at", "applied_at", "failures")
STOPPED = "STOP"  # Twilio's OptOutType where it took the text as a STOP
LONGEST_PAUSE = 60  # seconds between two tries of one event


def has_files(payload: Mapping[str, Any]) -> bool:
    """Did files come with the text?"""
    return payload.get("NumMedia", "0") not in ("", "0")


@dataclass(frozen=True)
class News:
    """The thread that changed, and its holder (``user_id``). Both are None where nobody has to look."""

    user_id: int | None = None
    conversation_id: int | None = None


class TwilioEvent(Model):
    """``public_id``: the message that the callback's address names. ``applied_at``: None until it is applied, for
    which its message must be known."""

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

    @property
    def says_stop(self) -> bool:
        """Did Twilio take the text as a STOP (X6)?"""
        return self.payload.get("OptOutType") == STOPPED

    def storing(self) -> Statement:
        """The new row. Plain SQL takes JSON as text."""
        values = {name: getattr(self, name) for name in _STORED}
        values["payload"] = json.dumps(self.payload)
        values["received_at"], values["applied_at"] = (
            sql_time(self.received_at),
            self.applied_at and sql_time(self.applied_at),
        )
        values["public_id"] = packed.uuid(self.public_id) if self.public_id else None
        marks = ", ".join("?" * len(_STORED))
        return f"INSERT INTO twilio_event ({', '.join(_STORED)}) VALUES ({marks})", list(values.values())

    async def mark_applied(self) -> None:
        self.applied_at = clock.now()
        await self.save(update_fields=["applied_at"])

    async def try_later(self) -> None:
        """The pause doubles with each failure, up to LONGEST_PAUSE."""
        self.failures += 1
        self.next_try_at = clock.now() + timedelta(seconds=min(2**self.failures, LONGEST_PAUSE))
        await self.save(update_fields=["failures", "next_try_at"])
