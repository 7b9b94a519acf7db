"""Kept counts of what carriers did with texts, and warnings where they filter more."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import CreateTables

HOUR = {
    "sqlite": "CAST(strftime('%s', COALESCE(taken_at, claimed_at)) AS INTEGER) / 3600",
    "postgres": "CAST(floor(extract(epoch FROM COALESCE(taken_at, claimed_at)) / 3600) AS INTEGER)",
}
FAILED = "(status = 'rejected' OR delivery IN ('failed', 'undelivered', 'canceled'))"


async def fill(apps: Any, state_editor: Any) -> None:
    await database.query(
        "INSERT INTO delivery_tally (campaign_id, hour, number_id, action_id, script_id, version, code, texts, delivered)"
        f" SELECT campaign_id, {HOUR[database.dialect()]}, number_id, action_id, COALESCE(script_id, 0),"
        " CASE WHEN script_id IS NULL THEN 0 ELSE COALESCE(script_version, 0) END,"
        f" CASE WHEN {FAILED} THEN COALESCE(error_code, 0) ELSE 0 END, COUNT(*),"
        " SUM(CASE WHEN delivery IN ('delivered', 'read') THEN 1 ELSE 0 END) FROM message WHERE direction = 'out'"
        " AND status IN ('taken', 'rejected') AND action_id IS NOT NULL AND number_id IS NOT NULL"
        " AND COALESCE(taken_at, claimed_at) IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0029_forms_of_work")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="DeliveryTally",
                fields=[
                    ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("campaign_id", fields.IntField()),
                    ("hour", fields.IntField()),
                    ("number_id", fields.IntField()),
                    ("action_id", fields.IntField()),
                    ("script_id", fields.IntField(default=0)),
                    ("version", fields.IntField(default=0)),
                    ("code", fields.IntField(default=0)),
                    ("texts", fields.IntField(default=0)),
                    ("delivered", fields.IntField(default=0)),
                ],
                options={"table": "delivery_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="CarrierWarning",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("campaign_id", fields.IntField()),
                    ("number_id", fields.IntField(default=0)),
                    ("action_id", fields.IntField(default=0)),
                    ("script_id", fields.IntField(default=0)),
                    ("version", fields.IntField(default=0)),
                    ("code", fields.IntField(default=0)),
                    ("filtered", fields.IntField(default=0)),
                    ("texts", fields.IntField(default=0)),
                    ("filtered_before", fields.IntField(default=0)),
                    ("texts_before", fields.IntField(default=0)),
                    ("begun_at", fields.DatetimeField()),
                    ("ended_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "carrier_warning", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        ),
        ops.RunPython(fill),
    ]
