"""An export that a worker makes in slices, and one that is made again each day or week (SPEC R5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.long_work import DONE, LongWork
from webapp.rules.exports.columns import XLSX

DAILY, WEEKLY = "daily", "weekly"
EVERY = (DAILY, WEEKLY)


class ExportSchedule(Model):
    """Makes the same export again, a day or a week later. ``next_at``: when. Ended where its user may not export any more."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="export_schedules", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="export_schedules", on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(14)
    format = fields.CharField(5)
    subject = fields.CharField(200, default="")
    which: dict[str, Any] = fields.JSONField(default=dict)
    every = fields.CharField(6)
    next_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    campaign_id: int
    user_id: int

    class Meta:
        table = "export_schedule"


class Export(LongWork):
    """``which``: {"action": id}, {"filter": {...}} or {"ids": [...]} for contacts; for users a filter, an action or
    both; empty for the whole campaign. ``cursor`` and ``through``: ids of what is exported; nothing newer than
    ``through`` comes in. ``done``: rows written. ``bytes``: the length of the file at the last commit. ``columns``:
    names of the columns that differ by campaign, as they were when the file was begun. ``path``: of the finished file,
    blank once it is deleted."""

    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name="exports", on_delete=fields.NO_ACTION
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="exports", on_delete=fields.NO_ACTION
    )
    schedule: fields.ForeignKeyNullableRelation[ExportSchedule] = fields.ForeignKeyField(
        "models.ExportSchedule", related_name="exports", null=True, on_delete=fields.NO_ACTION
    )
    kind = fields.CharField(14)
    format = fields.CharField(5)
    subject = fields.CharField(200, default="")
    which: dict[str, Any] = fields.JSONField(default=dict)
    columns: list[Any] = fields.JSONField(default=list)
    cursor = fields.BigIntField(default=0)
    through = fields.BigIntField(default=0)
    done = fields.IntField(default=0)
    bytes = fields.BigIntField(default=0)
    path = fields.CharField(500, default="")

    campaign_id: int
    user_id: int
    schedule_id: int | None

    class Meta:
        table = "export"

    @property
    def is_workbook(self) -> bool:
        """It is made of lines once all rows are written."""
        return self.format == XLSX

    @property
    def share(self) -> int:
        """Per cent of the ids that are done."""
        return 100 if self.status == DONE or not self.through else int(100 * self.cursor / self.through)
