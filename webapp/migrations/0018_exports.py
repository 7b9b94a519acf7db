"""Exports, and those made again each day or week."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from webapp.database.operations import CreateTables


def reference(model: str, name: str, related: str, **more: Any) -> tuple[str, Any]:
    named = {"source_field": f"{name}_id", "to_field": "id", "related_name": related, **more}
    return name, fields.ForeignKeyField(model, db_constraint=True, on_delete=OnDelete.NO_ACTION, **named)


ID = ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True))


class Migration(migrations.Migration):
    dependencies = [("models", "0017_sessions")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="ExportSchedule",
                fields=[
                    ID,
                    reference("models.Campaign", "campaign", "export_schedules"),
                    reference("models.User", "user", "export_schedules"),
                    ("kind", fields.CharField(max_length=14)),
                    ("format", fields.CharField(max_length=5)),
                    ("subject", fields.CharField(default="", max_length=200)),
                    ("which", fields.JSONField(default=dict)),
                    ("every", fields.CharField(max_length=6)),
                    ("next_at", fields.DatetimeField()),
                    ("created_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "export_schedule", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="Export",
                fields=[
                    ID,
                    ("status", fields.CharField(default="waiting", max_length=12)),
                    ("stumbles", fields.IntField(default=0, db_default=0)),
                    ("error_message", fields.TextField(default="")),
                    ("created_at", fields.DatetimeField()),
                    ("started_at", fields.DatetimeField(null=True)),
                    ("seen_at", fields.DatetimeField(null=True)),
                    ("ended_at", fields.DatetimeField(null=True)),
                    reference("models.Campaign", "campaign", "exports"),
                    reference("models.User", "user", "exports"),
                    reference("models.ExportSchedule", "schedule", "exports", null=True),
                    ("kind", fields.CharField(max_length=14)),
                    ("format", fields.CharField(max_length=5)),
                    ("subject", fields.CharField(default="", max_length=200)),
                    ("which", fields.JSONField(default=dict)),
                    ("columns", fields.JSONField(default=list)),
                    ("cursor", fields.BigIntField(default=0)),
                    ("through", fields.BigIntField(default=0)),
                    ("done", fields.IntField(default=0)),
                    ("bytes", fields.BigIntField(default=0)),
                    ("path", fields.CharField(default="", max_length=500)),
                ],
                options={"table": "export", "app": "models", "pk_attr": "id"},
                bases=["LongWork"],
            ),
        )
    ]
