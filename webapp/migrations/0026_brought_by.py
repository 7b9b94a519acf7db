"""The action whose link brought a member (SPEC A10)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0025_service")]

    initial = False

    operations = [ops.AddField(model_name="Membership", name="brought_by", field=fields.IntField(null=True))]
