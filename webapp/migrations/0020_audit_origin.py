"""Where an entry of the audit log was made from."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0019_second_steps")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AuditEvent", name="origin", field=fields.CharField(default="", db_default="", max_length=45)
        ),
    ]
