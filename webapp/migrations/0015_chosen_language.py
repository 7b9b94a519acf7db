"""The language that a user chose for pages and letters (SPEC P3); "" is the one of their sign-up."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0014_joining")]

    initial = False

    operations = [
        ops.AddField(model_name="User", name="language", field=fields.CharField(max_length=2, default="", db_default=""))
    ]
