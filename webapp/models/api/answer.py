"""Answers kept with their idempotency keys: the same request again is answered the same, and does nothing (SPEC B6)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.api.token import ApiToken

KEPT = timedelta(days=7)
LONGEST_KEY = 200


class ApiAnswer(Model):
    """``asked``: a hash of what was asked under the key. ``answer``: null only inside the transaction that makes it."""

    id = fields.BigIntField(primary_key=True)
    token: fields.ForeignKeyRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", related_name="answers", on_delete=fields.NO_ACTION
    )
    key = fields.CharField(LONGEST_KEY)
    asked = fields.CharField(64)
    answer: dict[str, Any] | None = fields.JSONField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "api_answer"


class OtherRequest(Exception):
    """The key came with another request before."""


async def once(
    token: ApiToken, key: str, asked: bytes, does: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """The answer of ``does``, or the one it gave before under this key. Two requests at once take turns, since only one
    can make the row of the key. Without a key ``does`` simply runs. Inside a transaction. Raises OtherRequest."""
    if not key:
        return await does()
    hashed = hashlib.sha256(asked).hexdigest()
    row_id = await _first(token, key, hashed)
    if row_id is None:
        before = await ApiAnswer.get(token=token, key=key)
        if before.asked != hashed or before.answer is None:
            raise OtherRequest
        return before.answer
    answer = await does()
    await ApiAnswer.filter(id=row_id).update(answer=answer)
    return answer


async def _first(token: ApiToken, key: str, hashed: str) -> int | None:
    """The new row; None where the key has one. PostgreSQL waits here for another transaction with this key."""
    made = await database.query(
        "INSERT INTO api_answer (token_id, key, asked, at) VALUES (?, ?, ?, ?) ON CONFLICT (token_id, key) DO NOTHING RETURNING id",
        token.id,
        key,
        hashed,
        sql_time(clock.now()),
    )
    return int(made[0]["id"]) if made else None


@transactional
async def forget_old() -> int:
    return await ApiAnswer.filter(at__lt=clock.now() - KEPT).delete()
