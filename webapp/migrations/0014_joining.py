"""Confirmed e-mail addresses, invites, roles that wait, removed users, join codes of 8 letters (SPEC P1, S9)."""

import json
import unicodedata
from typing import Any

import zipcodes
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from webapp.database.operations import AddColumns, CreateTables

# Proven: whoever set a password by a link of ours, and who has a role already
CONFIRMED = (
    "UPDATE user_account SET confirmed_at = created_at"
    " WHERE id IN (SELECT user_id FROM password_link WHERE used_at IS NOT NULL)"
    " OR id IN (SELECT user_id FROM membership WHERE role IN ('owner', 'admin'))"
)


def key(name: str) -> str:
    """As rules/names.py has it at this migration."""
    plain = unicodedata.normalize("NFKD", name[:400]).casefold()
    kept = "".join(c for c in plain if not unicodedata.combining(c) and (c.isalnum() or c.isspace() or c == "-"))
    return " ".join(kept.replace("-", " ").split())[:100]


async def fill(_: Any, editor: BaseSchemaEditor) -> None:
    ask = editor.client.execute_query_dict
    people = await ask("SELECT id, first_name, last_name FROM user_account")
    places = await ask("SELECT id, zip FROM membership WHERE zip <> ''")
    known = zipcodes.list_all() if places else []
    states = {row["zip_code"]: row["state"] for row in known}
    names = [{"id": p["id"], "word": key(f"{p['first_name']} {p['last_name']}")} for p in people]
    found = [{"id": p["id"], "word": states.get(p["zip"][:5], "")[:2]} for p in places]
    for table, column, rows in (("user_account", "name_key", names), ("membership", "state", found)):
        for start in range(0, len(rows), 5_000):
            await _set(editor, table, column, rows[start : start + 5_000])
    await editor.client.execute_query(CONFIRMED)


async def _set(editor: BaseSchemaEditor, table: str, column: str, rows: list[dict[str, Any]]) -> None:
    if editor.DIALECT == "postgres":
        each = "(SELECT id, word FROM json_to_recordset($1::text::json) AS r(id integer, word text)) AS r"
    else:
        each = "(SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.word') AS word FROM json_each(?)) AS r"
    text = f"UPDATE {table} SET {column} = r.word FROM {each} WHERE {table}.id = r.id"
    await editor.client.execute_query(text, [json.dumps(rows)])


class Migration(migrations.Migration):
    dependencies = [("models", "0013_went_on")]

    initial = False

    operations = [
        CreateTables(
            ops.CreateModel(
                name="EmailLetter",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "user",
                        fields.ForeignKeyField(
                            "models.User",
                            source_field="user_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="email_letters",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("email", fields.CharField(max_length=254)),
                    ("token_hash", fields.CharField(unique=True, max_length=64)),
                    ("written_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField()),
                    ("used_at", fields.DatetimeField(null=True)),
                ],
                options={"table": "email_letter", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
            ops.CreateModel(
                name="Invite",
                fields=[
                    ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "campaign",
                        fields.ForeignKeyField(
                            "models.Campaign",
                            source_field="campaign_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="invites",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("token_hash", fields.CharField(unique=True, max_length=64)),
                    ("role", fields.CharField(default="volunteer", max_length=12)),
                    ("email", fields.CharField(default="", max_length=254)),
                    (
                        "made_by",
                        fields.ForeignKeyField(
                            "models.User",
                            source_field="made_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="invites_made",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                    ("made_at", fields.DatetimeField()),
                    ("expires_at", fields.DatetimeField()),
                    ("withdrawn_at", fields.DatetimeField(null=True)),
                    ("used_at", fields.DatetimeField(null=True)),
                    (
                        "used_by",
                        fields.ForeignKeyField(
                            "models.User",
                            source_field="used_by_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="invites_used",
                            on_delete=OnDelete.NO_ACTION,
                        ),
                    ),
                ],
                options={"table": "invite", "app": "models", "pk_attr": "id"},
                bases=["Model"],
            ),
        ),
        ops.AlterField(
            model_name="Campaign", name="join_code", field=fields.CharField(default="", max_length=8)
        ),
        AddColumns(
            ops.AddField(
                model_name="Membership",
                name="raised_role",
                field=fields.CharField(default="", db_default="", max_length=12),
            ),
            ops.AddField(model_name="Membership", name="removed_at", field=fields.DatetimeField(null=True)),
            ops.AddField(
                model_name="Membership", name="state", field=fields.CharField(default="", db_default="", max_length=2)
            ),
            ops.AddField(
                model_name="Membership",
                name="waits_for_letter",
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(model_name="User", name="confirmed_at", field=fields.DatetimeField(null=True)),
            ops.AddField(
                model_name="User",
                name="name_key",
                field=fields.CharField(default="", db_default="", max_length=100),
            ),
        ),
        ops.RunPython(fill),
    ]
