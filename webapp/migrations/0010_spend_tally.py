"""Kept sums of what texts cost, by quarter of an hour."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database

QUARTER = {
    "sqlite": "CAST(strftime('%s', taken_at) AS INTEGER) / 900",
    "postgres": "CAST(floor(extract(epoch FROM taken_at) / 900) AS INTEGER)",
}


async def fill(apps: Any, state_editor: Any) -> None:
    await database.query(
        "INSERT INTO spend_tally (campaign_id, quarter, action_id, user_id, mms, price, texts, segments) SELECT campaign_id,"
        f" {QUARTER[database.dialect()]}, COALESCE(action_id, 0), COALESCE(user_id, 0), CASE WHEN picture_id IS NULL THEN 0"
        " ELSE 1 END, price, COUNT(*), SUM(segments) FROM message WHERE direction = 'out' AND taken_at IS NOT NULL"
        " GROUP BY 1, 2, 3, 4, 5, 6"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0009_take_notes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SpendTally",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("campaign_id", fields.IntField()),
                ("quarter", fields.IntField()),
                ("action_id", fields.IntField(default=0)),
                ("user_id", fields.IntField(default=0)),
                ("mms", fields.IntField(default=0)),
                ("price", fields.CharField(default="", max_length=16)),
                ("texts", fields.IntField(default=0)),
                ("segments", fields.IntField(default=0)),
            ],
            options={"table": "spend_tally", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(fill),
    ]
