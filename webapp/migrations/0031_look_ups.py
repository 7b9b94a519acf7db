"""The right to look up contacts, and reports that belong to no conversation (SPEC B5)."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0030_deliveries")]

    initial = False

    operations = [
        ops.AddField("Membership", "may_look_up", fields.BooleanField(default=False, db_default=False)),
        ops.AlterField(
            "Report",
            "conversation",
            fields.ForeignKeyField(
                "models.Conversation",
                source_field="conversation_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="reports",
                on_delete=OnDelete.NO_ACTION,
            ),
        ),
        ops.AlterField("Report", "action_id", fields.IntField(null=True)),
    ]
