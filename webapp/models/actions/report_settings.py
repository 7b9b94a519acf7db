"""The tags and fields that the volunteers of an action are asked about (SPEC A8)."""

from __future__ import annotations

from typing import Any, Literal

from tortoise import fields
from tortoise.models import Model

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts.labels import CustomField, Tag


class ReportTag(Model):
    """A tag the volunteers of this action see on the report page (A8)."""

    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="report_tags", on_delete=fields.NO_ACTION
    )
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "models.Tag", related_name="report_tags", on_delete=fields.NO_ACTION
    )

    tag_id: int

    class Meta:
        table = "action_report_tag"


class ReportField(Model):
    id = fields.IntField(primary_key=True)
    action: fields.ForeignKeyRelation[Action] = fields.ForeignKeyField(
        "models.Action", related_name="report_fields", on_delete=fields.NO_ACTION
    )
    field: fields.ForeignKeyRelation[CustomField] = fields.ForeignKeyField(
        "models.CustomField", related_name="report_fields", on_delete=fields.NO_ACTION
    )

    field_id: int

    class Meta:
        table = "action_report_field"


_CHOSEN = " OR ".join(
    f"EXISTS (SELECT 1 FROM action_report_{kind} g WHERE g.action_id = ?)" for kind in ("tag", "field")
)


def asked_sql(kind: Literal["tag", "field"]) -> str:
    """Is this row ``t`` among the report's questions? Those chosen for the action, else all reportable ones. The parameter,
    three times: the action."""
    chosen = f"t.id IN (SELECT r.{kind}_id FROM action_report_{kind} r WHERE r.action_id = ?)"
    return f"t.archived_at IS NULL AND CASE WHEN {_CHOSEN} THEN {chosen} ELSE t.reportable END"


async def chosen_ids(action: Action) -> tuple[set[int], set[int]]:
    """Ids of the tags, and of the fields. Both are empty where nothing was chosen for this action."""
    tag_ids: set[Any] = set(await ReportTag.filter(action=action).values_list("tag_id", flat=True))
    field_ids: set[Any] = set(await ReportField.filter(action=action).values_list("field_id", flat=True))
    return tag_ids, field_ids


@transactional
async def save(action: Action, tags: list[Tag], asked_fields: list[CustomField], by: Membership) -> None:
    """Replaces what was chosen before."""
    await ReportTag.filter(action=action).delete()
    await ReportField.filter(action=action).delete()
    await ReportTag.bulk_create([ReportTag(action=action, tag=tag) for tag in tags])
    await ReportField.bulk_create([ReportField(action=action, field=field) for field in asked_fields])
    await audit.record(by, "action.report_settings", {"action": action.id}, action.title)
