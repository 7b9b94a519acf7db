"""Actions that become public at a time, and times that were missed (SPEC A9)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [("models", "0015_chosen_language")]

    initial = False

    operations = [
        AddColumns(
            ops.AddField("Action", "missed_at", fields.DatetimeField(null=True)),
            ops.AddField("Action", "missed_why", fields.TextField(default="", db_default="")),
            ops.AddField("Action", "publish_at", fields.DatetimeField(null=True)),
            ops.AddField("Action", "scheduled_by_id", fields.IntField(null=True)),
            ops.AddField("Action", "scheduled_reason", fields.TextField(default="", db_default="")),
        )
    ]
