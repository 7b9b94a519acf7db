"""Reports: the tags and answers a volunteer files about a conversation (SPEC V7)."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.users import User
from webapp.models.conversations.conversation import Conversation


class Report(Model):
    """``tags``: names of the ticked tags; ``values_``: field title -> answer. Both as they were when it was filed."""

    id = fields.BigIntField(primary_key=True)
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="reports", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="reports", on_delete=fields.NO_ACTION
    )
    action_id = fields.IntField()
    contact_id = fields.BigIntField()
    filed_at = fields.DatetimeField()
    tags: list[str] = fields.JSONField(default=list)
    values_: dict[str, Any] = fields.JSONField(source_field="answers", default=dict)

    user_id: int

    class Meta:
        table = "report"
