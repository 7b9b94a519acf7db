"""A budget for volunteers' opt-outs, and why a member is suspended (SPEC V9)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [("models", "0022_limits")]

    initial = False

    operations = [
        AddColumns(
            ops.AddField("Campaign", "opt_out_budget", fields.IntField(default=30, db_default=30)),
            ops.AddField("Membership", "suspended_for", fields.CharField(default="", db_default="", max_length=12)),
        )
    ]
