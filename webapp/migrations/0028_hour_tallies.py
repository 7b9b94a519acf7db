"""Counts of texts by the hour, and what the texts of each version of a script cost in segments."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns, CreateTables

HOUR = {
    "sqlite": "CAST(strftime('%s', {}) AS INTEGER) / 3600",
    "postgres": "CAST(floor(extract(epoch FROM {}) / 3600) AS INTEGER)",
}
TAKEN = "direction = 'out' AND status = 'taken' AND taken_at IS NOT NULL"


async def fill(apps: Any, state_editor: Any) -> None:
    if not await database.query("SELECT 1 AS one FROM message LIMIT 1"):
        return
    hour = HOUR[database.dialect()]
    columns = {
        "initials": f"{TAKEN} AND kind = 'initial'",
        "follow_ups": f"{TAKEN} AND kind <> 'initial'",
        "responses": "direction = 'in'",
        "delivered": f"{TAKEN} AND delivery IN ('delivered', 'read')",
        "undelivered": f"{TAKEN} AND delivery IN ('failed', 'undelivered', 'canceled')",
    }
    sums = ", ".join(f"SUM(CASE WHEN {where} THEN 1 ELSE 0 END)" for where in columns.values())
    at = hour.format("CASE WHEN direction = 'in' THEN created_at ELSE taken_at END")
    await database.query(
        f"INSERT INTO hour_tally (action_id, user_id, hour, {', '.join(columns)}) SELECT action_id, COALESCE(user_id, 0),"
        f" {at}, {sums} FROM message WHERE action_id IS NOT NULL AND (direction = 'in' OR ({TAKEN})) GROUP BY 1, 2, 3"
    )
    of_it = (
        "message m WHERE m.action_id = script_tally.action_id AND COALESCE(m.user_id, 0) = script_tally.user_id"
        " AND m.script_id = script_tally.script_id AND COALESCE(m.script_version, 0) = script_tally.version"
        " AND m.direction = 'out' AND m.status = 'taken'"
    )
    await database.query(
        f"UPDATE script_tally SET segments = (SELECT COALESCE(SUM(m.segments), 0) FROM {of_it} AND m.picture_id IS NULL),"
        f" mms = (SELECT COUNT(*) FROM {of_it} AND m.picture_id IS NOT NULL)"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0027_opt_ins")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="HourTally",
                fields=[
                    ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("action_id", fields.IntField()),
                    ("user_id", fields.IntField(default=0)),
                    ("hour", fields.IntField()),
                    ("initials", fields.IntField(default=0)),
                    ("follow_ups", fields.IntField(default=0)),
                    ("responses", fields.IntField(default=0)),
                    ("delivered", fields.IntField(default=0)),
                    ("undelivered", fields.IntField(default=0)),
                ],
                options={"table": "hour_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            )
        ),
        AddColumns(
            ops.AddField("ScriptTally", "segments", fields.IntField(default=0, db_default=0)),
            ops.AddField("ScriptTally", "mms", fields.IntField(default=0, db_default=0)),
        ),
        ops.RunPython(fill),
    ]
