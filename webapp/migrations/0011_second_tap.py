"""When staff said to send a text again: a tap of their own (SPEC S1)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0010_spend_tally")]

    initial = False

    operations = [ops.AddField(model_name="Message", name="decided_at", field=fields.DatetimeField(null=True))]
