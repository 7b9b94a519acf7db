"""A row that is written to see whether the database takes writes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0011_second_tap")]

    initial = False

    operations = [
        ops.CreateModel(
            name="WriteTest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("filling", fields.TextField(default="", unique=False)),
            ],
            options={"table": "write_test", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
