"""The device of each session, and when its user last showed who they are (SPEC V1)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [("models", "0016_publish_at")]

    initial = False

    operations = [
        AddColumns(
            ops.AddField(
                model_name="Session", name="device", field=fields.CharField(default="", db_default="", max_length=200)
            ),
            ops.AddField(model_name="Session", name="proved_at", field=fields.DatetimeField(null=True)),
            ops.AddField(model_name="Session", name="second_at", field=fields.DatetimeField(null=True)),
        )
    ]
