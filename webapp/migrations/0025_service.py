from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0024_answer_tallies")]

    initial = False

    operations = [
        ops.AddField(
            model_name="PhoneNumber",
            name="service",
            field=fields.CharField(default="", db_default="", max_length=80),
        ),
    ]
