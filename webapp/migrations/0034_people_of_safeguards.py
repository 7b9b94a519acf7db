"""The contact of a safeguard's refusal, so that the people behind the number are found by an index."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database


async def fill(apps: Any, state_editor: Any) -> None:
    await database.query(
        "UPDATE safeguard_hit SET contact_id = COALESCE((SELECT v.contact_id FROM conversation v"
        " WHERE v.id = safeguard_hit.conversation_id), 0)"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0033_van")]

    initial = False

    operations = [
        ops.AddField("SafeguardHit", "contact_id", fields.BigIntField(default=0, db_default=0)),
        ops.RunPython(fill),
    ]
