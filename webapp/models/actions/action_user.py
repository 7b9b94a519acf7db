"""The users that an action was sent to, and their steps in it (SPEC R1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tortoise import fields
from tortoise.functions import Count
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.database.statements import Statement, column
from webapp.models.accounts.users import User


class ActionUser(Model):
    """A user in an action: when it was sent to them, and when they saw, started and completed it (R1). Start locks it."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Action", related_name="action_users", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="action_users", on_delete=fields.NO_ACTION
    )
    sent_at = fields.DatetimeField()
    seen_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)

    action_id: int
    user_id: int

    class Meta:
        table = "action_user"

    @classmethod
    async def counts(cls, action_ids: list[int]) -> dict[int, int]:
        """Action -> how many users it was sent to. Actions sent to nobody are left out."""
        found = cls.filter(action_id__in=action_ids or [0]).annotate(people=Count("id")).group_by("action_id")
        return {row["action_id"]: row["people"] for row in await found.values("action_id", "people")}

    @staticmethod
    async def add(action_id: int, user_ids: Iterable[int]) -> set[int]:
        """Sends it to the users who do not have it yet, and returns them. Of several calls at once only one makes each
        row. Within a transaction."""
        rows = await database.query(
            f"INSERT INTO action_user (action_id, user_id, sent_at) SELECT {packed.mark('integer')}, id,"
            f" {packed.mark('timestamptz')} FROM user_account WHERE {packed.among('id')} ORDER BY id"
            " ON CONFLICT (action_id, user_id) DO NOTHING RETURNING user_id",
            action_id,
            sql_time(clock.now()),
            packed.values(user_ids),
        )
        return {row["user_id"] for row in rows}

    @classmethod
    async def mark_sent(cls, action_ids: list[int], user_id: int) -> None:
        """Marks the actions as sent to the user: a public one is, when it first appears on their Home (R1)."""
        known = await column(cls.filter(user_id=user_id, action_id__in=action_ids or [0]), "action_id")
        if new := [n for n in action_ids if n not in known]:
            await cls.mark(new, user_id)

    @classmethod
    @transactional
    async def mark(cls, action_ids: list[int], user_id: int, *moments: str) -> None:
        """Notes that these actions were sent to the user. ``moments``: columns to set too ("seen_at" ...). A moment that is
        set stays. Locks the rows until the transaction ends."""
        for action_id in sorted(action_ids):
            text, values = cls.marking(action_id, user_id, *moments)
            await database.query(text, *values)

    @staticmethod
    def marking(action_id: int, user_id: int, *moments: str) -> Statement:
        now, columns = sql_time(clock.now()), ["sent_at", *moments]  # from our own code, never from a request
        marks = ", ".join("?" * (2 + len(columns)))
        kept = ", ".join(f"{name} = COALESCE(action_user.{name}, excluded.{name})" for name in columns)
        text = (
            f"INSERT INTO action_user (action_id, user_id, {', '.join(columns)}) VALUES ({marks})"
            f" ON CONFLICT (action_id, user_id) DO UPDATE SET {kept}"
        )
        return text, [action_id, user_id, *[now] * len(columns)]

    @staticmethod
    async def unless_completed(action_id: int, user_id: int) -> None:
        """Forgets that the user completed the action where none of their buckets is finished any more. Within a
        transaction."""
        await database.query(
            "UPDATE action_user SET completed_at = NULL WHERE action_id = ? AND user_id = ? AND NOT EXISTS (SELECT 1 FROM"
            " bucket b WHERE b.action_id = action_user.action_id AND b.user_id = action_user.user_id"
            " AND b.finished_at IS NOT NULL) RETURNING id",
            action_id,
            user_id,
        )
