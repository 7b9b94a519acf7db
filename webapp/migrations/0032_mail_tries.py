"""When a letter may be tried again (SPEC P1)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0031_look_ups")]

    initial = False

    operations = [ops.AddField(model_name="Mail", name="next_at", field=fields.DatetimeField(null=True))]
