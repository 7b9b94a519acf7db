"""Counts of what reports say: tags, and answers to fields. Reports note which answers were typed, not chosen."""

import json
from collections import Counter, defaultdict
from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from webapp import database
from webapp.database.operations import AddColumns, CreateTables

FREE = "\u2026"


async def fill(apps: Any, state_editor: Any) -> None:
    """A field whose options are blank now was typed, as far as anybody can know."""
    typed = defaultdict(set)
    for row in await database.query("SELECT campaign_id, title FROM custom_field WHERE options = ''"):
        typed[row["campaign_id"]].add(row["title"])
    newest: dict[int, tuple[int, int, Counter[tuple[str, str, str]]]] = {}
    for row in await database.query(
        "SELECT r.id, r.conversation_id, r.action_id, r.user_id, r.tags, r.answers, a.campaign_id FROM report r"
        " JOIN action a ON a.id = r.action_id ORDER BY r.id"
    ):
        tags, answers = (json.loads(row[name]) if isinstance(row[name], str) else row[name] for name in ("tags", "answers"))
        answers = answers if isinstance(answers, dict) else {}
        free = sorted(typed[row["campaign_id"]] & answers.keys())
        await database.query("UPDATE report SET free = ? WHERE id = ? RETURNING id", json.dumps(free), row["id"])
        counts = Counter(("tag", str(tag)[:80], "") for tag in tags)
        counts += Counter(("field", t[:80], FREE if t in free else str(v)[:100]) for t, v in answers.items())
        newest[row["conversation_id"]] = row["action_id"], row["user_id"], counts
    await _write(newest.values())


async def _write(newest: Any) -> None:
    found: Counter[tuple[int, int, str, str, str]] = Counter()
    for action_id, user_id, counts in newest:
        for key, number in counts.items():
            found[action_id, user_id, *key] += number
    for place, number in found.items():
        await database.query(
            "INSERT INTO answer_tally (action_id, user_id, kind, name, value, number) VALUES (?, ?, ?, ?, ?, ?)",
            *place,
            number,
        )


class Migration(migrations.Migration):
    dependencies = [("models", "0023_bounds")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="AnswerTally",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    ("action_id", fields.IntField()),
                    ("user_id", fields.IntField(default=0)),
                    ("kind", fields.CharField(max_length=5)),
                    ("name", fields.CharField(max_length=80)),
                    ("value", fields.CharField(default="", max_length=100)),
                    ("number", fields.IntField(default=0)),
                ],
                options={"table": "answer_tally", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            )
        ),
        AddColumns(
            ops.AddField(model_name="Report", name="free", field=fields.JSONField(default=list, db_default="[]")),
        ),
        ops.RunPython(fill),
    ]
