"""Reports: the tags and answers a volunteer files about a conversation (SPEC V7)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp.models import kept_counts
from webapp.models.accounts.users import User
from webapp.models.conversations.conversation import Conversation
from webapp.models.kept_counts import FIELD, FREE, TAG


class Report(Model):
    """``tags``: names of the ticked tags; ``values_``: field title -> answer. Both as they were when it was filed. ``free``:
    titles of the fields whose answer was typed, not chosen. A report on somebody who was looked up (B5) has no conversation
    and no action."""

    id = fields.BigIntField(primary_key=True)
    conversation: fields.ForeignKeyNullableRelation[Conversation] = fields.ForeignKeyField(
        "models.Conversation", related_name="reports", null=True, on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="reports", on_delete=fields.NO_ACTION
    )
    action_id = fields.IntField(null=True)
    contact_id = fields.BigIntField()
    filed_at = fields.DatetimeField()
    tags: list[str] = fields.JSONField(default=list)
    values_: dict[str, Any] = fields.JSONField(source_field="answers", default=dict)
    free: list[str] = fields.JSONField(default=list, db_default="[]")

    user_id: int

    class Meta:
        table = "report"

    def counts(self) -> kept_counts.Counts:
        """The counts that the newest report of a conversation adds to the tallies of its user (R1)."""
        found = [kept_counts.of_answer(TAG, name) for name in self.tags]
        for title, answer in self.values_.items():
            found.append(kept_counts.of_answer(FIELD, title, FREE if title in self.free else str(answer)))
        return Counter(found)
