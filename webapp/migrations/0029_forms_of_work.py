"""Work on contacts knows the form that began it, so that a form sent twice begins it once."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp.database.operations import AddColumns


class Migration(migrations.Migration):
    dependencies = [("models", "0028_hour_tallies")]

    initial = False

    operations = [AddColumns(ops.AddField("BulkJob", "client_id", fields.UUIDField(null=True)))]
