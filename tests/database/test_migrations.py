"""A filled database survives every migration, with its rows, indexes and triggers."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.api.migrate import migrate as stock_migrate
from tortoise.migrations.schema_generator.state_apps import StateApps

from tests.cast import make_cast
from tests.cast.waiting import blocking
from webapp import config, database
from webapp.config import Settings
from webapp.database import configured, guards
from webapp.database.migrate import MigrationError, migrate
from webapp.models.contacts.contact import Contact
from webapp.models.kept_counts import CodeTally
from webapp.models.results import recount

ROOT = Path(__file__).parents[2]
MIGRATIONS = sorted(ROOT.glob("webapp/migrations/0*.py"))

# A row for each table of the first migration, and the guards of its day as SQLite has them
FILLED = json.loads((Path(__file__).parent / "filled_0001.json").read_text())


def test_a_migration_imports_nothing_that_goes_on_changing() -> None:
    """What it takes of rules and models is copied into it, so that it does the same whenever it is run."""
    still = {"webapp.database", "webapp.database.operations"}
    found = set()
    for node in (node for path in MIGRATIONS for node in ast.walk(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole if whole <= still else {node.module or ""}
    assert {name for name in found if name.startswith("webapp")} == still


@pytest.fixture
def new_url(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing is."""
    config.use(Settings(data_dir=tmp_path))
    if db_kind == "sqlite":
        return f"sqlite://{tmp_path / 'old.db'}"
    server, name = request.getfixturevalue("postgres_server"), f"m_{request.getfixturevalue('worker_id')}"
    blocking(_make_database(server, name))
    return str(server).replace("/postgres?", f"/{name}?")


async def _make_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


@pytest.fixture
def old_url(new_url: str) -> str:
    """A database as the first migration made it, with the rows and guards that the code of its day put there."""
    blocking(_migrate_to_the_first(new_url))
    if new_url.startswith("sqlite://"):
        _fill_sqlite(new_url.removeprefix("sqlite://"))
    else:
        blocking(_fill_postgres(new_url))
    assert set(blocking(counts(new_url))) == set(FILLED["rows"])
    return new_url


async def _migrate_to_the_first(url: str) -> None:
    await stock_migrate(config=database.configuration(url, migrating=True), target=f"models.{MIGRATIONS[0].stem}")
    await Tortoise.close_connections()


def _fill_sqlite(path: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        for table, rows in FILLED["rows"].items():
            columns, marks = ", ".join(f'"{name}"' for name in rows[0]), ", ".join("?" * len(rows[0]))
            file.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})", [[*map(_stored, row.values())] for row in rows]
            )
        for text in FILLED["guards"]:
            file.execute(text)


def _stored(value: Any) -> Any:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list | dict) else value


async def _fill_postgres(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    for table, rows in FILLED["rows"].items():
        columns = ", ".join(f'"{name}"' for name in rows[0])
        await connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(null::{table}, $1)",
            json.dumps(rows),
        )
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))"
        )
    for text in FILLED["guards"]:
        if "TRIGGER" not in text:
            await connection.execute(text)
    await connection.close()


Rows = dict[str, list[dict[str, Any]]]


async def rows(url: str) -> Rows:
    """All rows of all tables, by table."""
    tables = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'tortoise%'",
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tortoise%'",
    )
    await database.open_database(url)
    try:
        names = [row["name"] for row in await database.rows(*tables)]
        return {name: await database.query(f"SELECT * FROM {name} ORDER BY id") for name in names}
    finally:
        await database.close_database()


async def counts(url: str) -> dict[str, int]:
    return {table: len(found) for table, found in (await rows(url)).items()}


async def around(url: str) -> dict[str, str]:
    """Indexes, triggers and foreign keys, each with its text."""
    sqlite = """
      SELECT name, coalesce(tbl_name || sql, tbl_name) AS text FROM sqlite_master WHERE type IN ('index', 'trigger')
      UNION ALL SELECT t.name || '.' || k."from", k."table" || k."to" || k.on_delete
      FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'"""
    postgres = """
      SELECT indexname AS name, indexdef AS text FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT conname, conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"""
    await database.open_database(url)
    try:
        return {row["name"]: row["text"] for row in await database.rows(sqlite, postgres)}
    finally:
        await database.close_database()


async def columns(url: str) -> dict[str, str]:
    """table.column -> its type, whether it may be null, its default."""
    sqlite = """
      SELECT t.name || '.' || c.name AS name, c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || c.pk AS text
      FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"""
    postgres = """
      SELECT table_name || '.' || column_name AS name, concat_ws(' ', data_type, character_maximum_length,
      numeric_precision, numeric_scale, is_nullable, column_default) AS text
      FROM information_schema.columns WHERE table_schema = 'public'"""
    await database.open_database(url)
    try:
        return {row["name"]: row["text"] for row in await database.rows(sqlite, postgres)}
    finally:
        await database.close_database()


async def applied(url: str) -> list[str]:
    await database.open_database(url)
    try:
        return [row["name"] for row in await database.query("SELECT name FROM tortoise_migrations ORDER BY name")]
    finally:
        await database.close_database()


async def wrong_guards(url: str) -> list[str]:
    await database.open_database(url)
    try:
        return await guards.wrong()
    finally:
        await database.close_database()


async def jose(url: str) -> Contact:
    await database.open_database(url)
    try:
        return await Contact.get(phone="+14125550102")
    finally:
        await database.close_database()


@pytest.mark.both
def test_a_filled_database_keeps_its_rows_and_guards(old_url: str) -> None:
    before = blocking(counts(old_url))
    blocking(migrate(old_url))
    new = {"custom_field": before["custom_field"] + before["campaign"]}  # each campaign's remind_a_friend
    after = blocking(counts(old_url))
    assert {table: after[table] for table in before} == before | new and min(before.values()) > 0
    assert blocking(wrong_guards(old_url)) == []
    found = blocking(jose(old_url))
    assert (found.first_key, found.last_key) == ("jose", "oneil nunez")


@pytest.mark.postgres
def test_after_a_migration_the_tables_with_rows_are_counted(old_url: str) -> None:
    """One that is empty is not: PostgreSQL would plan as if it stayed so. A second `textbank migrate` counts none."""
    blocking(migrate(old_url))
    assert blocking(rows_known(old_url)) == {"contact": 2, "sign_up": -1}
    blocking(change(old_url, "UPDATE pg_class SET reltuples = 7 WHERE oid = 'contact'::regclass"))
    blocking(migrate(old_url))
    assert blocking(rows_known(old_url))["contact"] == 7


async def rows_known(url: str) -> dict[str, int]:
    await database.open_database(url)
    try:
        wanted = "relname IN ('contact', 'sign_up') AND relnamespace = current_schema()::regnamespace"
        rows = await database.query(f"SELECT relname, reltuples::int AS rows FROM pg_class WHERE {wanted}")
        return {row["relname"]: row["rows"] for row in rows}
    finally:
        await database.close_database()


REHEARSED = (
    "UPDATE campaign SET description = 'Selina Meyer is running to keep our hospitals open.' WHERE slug = 'meyer'"
)
WITH_PASSWORD = "UPDATE user_account SET password_hash = 'published'"


async def change(url: str, *statements: str) -> None:
    """As a person with a shell: no guard is asked for."""
    await database.open_database(url, migrating=True)
    try:
        for statement in statements:
            await get_connection("default").execute_query(statement)
    finally:
        await database.close_database()


@pytest.mark.both
@pytest.mark.parametrize(
    ("before", "marked", "opens"),
    [
        ([WITH_PASSWORD], 0, 5),
        ([REHEARSED, WITH_PASSWORD], 1, 1),
        ([REHEARSED, WITH_PASSWORD, "UPDATE phone_number SET e164 = '+14122345678'"], 0, 1),
    ],
    ids=["a real campaign", "a rehearsal", "a rehearsal that went live"],
)
def test_the_published_password_of_a_rehearsal_opens_nothing_any_more(
    old_url: str, before: list[str], marked: int, opens: int
) -> None:
    blocking(change(old_url, *before))
    blocking(migrate(old_url))
    found = blocking(rows(old_url))
    assert sum(bool(row["rehearsal"]) for row in found["campaign"]) == marked
    assert sum(row["password_hash"] == "published" for row in found["user_account"]) == opens


@pytest.mark.both
def test_who_was_there_before_confirmations_goes_on_and_is_found(old_url: str) -> None:
    """Staff are confirmed, as whoever set a password by a link; volunteers count, and a role of theirs waits for a letter."""
    link = (
        "INSERT INTO password_link (user_id, token_hash, expires_at, used_at) VALUES"
        " (4, 'h', '2026-11-25 16:00:00+00:00', '2026-11-24 17:00:00+00:00')"
    )
    blocking(change(old_url, "UPDATE user_account SET first_name = 'José-María' WHERE id = 3", link))
    blocking(migrate(old_url))
    found = blocking(rows(old_url))
    people = {row["id"]: row for row in found["user_account"]}
    assert people[3]["name_key"] == "jose maria brookheimer"
    assert {n for n, row in people.items() if row["confirmed_at"]} == {1, 2, 4, 5}
    assert {row["state"] for row in found["membership"]} == {"PA"}
    assert not any(row["waits_for_letter"] or row["removed_at"] for row in found["membership"])


REFUSED_THEN = """
UPDATE message SET status = 'rejected', error_code = 21614, direction = 'out', kind = 'initial', script_version = 1,
       script_id = (SELECT MIN(id) FROM script), conversation_id = (SELECT MIN(id) FROM conversation),
       action_id = (SELECT action_id FROM conversation ORDER BY id LIMIT 1) WHERE id = (SELECT MIN(id) FROM message)
"""


TAKEN_BEFORE = """
UPDATE message SET taken_at = created_at, segments = 3, direction = 'out', price = '-0.01' WHERE id = (SELECT MIN(id) FROM message)
"""


@pytest.mark.both
def test_counts_made_again_by_a_migration_equal_a_recount(old_url: str) -> None:
    """Of scripts and of codes, and the boxes that were wrong: the first message was refused as a landline."""
    blocking(change(old_url, REFUSED_THEN, TAKEN_BEFORE))
    blocking(migrate(old_url))
    assert [row["segments"] for row in blocking(rows(old_url))["spend_tally"] if row["price"] == "-0.01"] == [3]
    wrong, codes = blocking(_compared(old_url))
    assert codes[21614] == 1
    made_again = (
        "code ",
        "by script",
        "reports",
        "twilio_errors",
        "carrier_filtering",
        "safeguards",
        "spend",
        "delivered",
    )
    assert [line for line in wrong if any(name in line for name in made_again)] == []


async def _compared(url: str) -> tuple[list[str], dict[int, int]]:
    await database.open_database(url)
    try:
        return await recount.differences(), {row.code: row.number for row in await CodeTally.all()}
    finally:
        await database.close_database()


def test_a_copy_of_a_sqlite_file_is_kept_from_before(old_url: str, tmp_path: Path) -> None:
    blocking(migrate(old_url))
    [copy] = (tmp_path / "copies").glob("old-*.db")
    with contextlib.closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT COUNT(*) FROM contact").fetchone() == (2,)


@pytest.mark.postgres
def test_a_new_text_locks_no_row_that_all_texts_share(old_url: str) -> None:
    blocking(migrate(old_url))
    assert blocking(checked_against(old_url, "message")) == {"contact", "conversation"}


async def checked_against(url: str, table: str) -> set[str]:
    """The tables an insert into this one locks a row of."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        f"SELECT confrelid::regclass::text AS other FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
    )
    await connection.close()
    return {row["other"] for row in rows}


NEXT = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from webapp.database.operations import CreateTables

async def fill(apps, state_editor):
    await state_editor.client.execute_query("UPDATE contact SET nickname = lower(first_name)")

class Migration(migrations.Migration):
    dependencies = [("models", "{last}")]
    operations = [
        ops.AddField("Contact", "nickname", fields.CharField(max_length=50, default="", db_default="-")),
        ops.RunPython(fill),
        ops.RemoveField("OptOut", "words"),
        CreateTables(
            ops.CreateModel("Note", [
                ("id", fields.IntField(primary_key=True)),
                ("campaign", fields.ForeignKeyField("models.Campaign", source_field="campaign_id")),
            ], {"table": "note", "app": "models", "pk_attr": "id"}, ["Model"]),
            ops.CreateModel("NoteLine", [
                ("id", fields.IntField(primary_key=True)),
                ("note", fields.ForeignKeyField("models.Note", source_field="note_id")),
                ("user", fields.ForeignKeyField("models.User", source_field="user_id", db_constraint=False)),
            ], {"table": "note_line", "app": "models", "pk_attr": "id"}, ["Model"]),
        ),
        ops.AlterField("Message", "encoding", fields.CharField(max_length=300)),
    ]
"""


@pytest.fixture
def one_more_migration(db_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up next migrations: one adds a column and fills it, removes one, alters one and makes two tables."""
    package = tmp_path / f"migrations_and_one_{db_kind}"
    shutil.copytree(ROOT / "webapp" / "migrations", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "9999_next.py").write_text(NEXT.replace("{last}", MIGRATIONS[-1].stem))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(configured, "MIGRATIONS", package.name)


@pytest.mark.both
def test_the_next_migration_changes_its_columns_and_nothing_else(
    old_url: str, db_kind: str, request: pytest.FixtureRequest
) -> None:
    blocking(migrate(old_url))
    before, indexes = blocking(rows(old_url)), blocking(around(old_url))
    request.getfixturevalue("one_more_migration")
    blocking(migrate(old_url))
    assert blocking(rows(old_url)) == _as_the_next_leaves(before)
    after = blocking(around(old_url))
    new = {name: after.pop(name) for name in list(after) if name.startswith("note")}
    assert after == indexes and len(indexes) > 100
    assert [name for name in new if "user_id" in name] == (["note_line.user_id"] if db_kind == "sqlite" else [])
    assert blocking(wrong_guards(old_url)) == []


FAILS = """
from tortoise import migrations
from tortoise.migrations import operations as ops

async def fail(apps, state_editor):
    await state_editor.client.execute_query("UPDATE contact SET last_name = ''")
    await state_editor.client.execute_query("SELECT 1 FROM nowhere")

class Migration(migrations.Migration):
    dependencies = [("models", "9999_next")]
    operations = [ops.RemoveField("Message", "encoding"), ops.RunPython(fail)]
"""


@pytest.fixture
def one_that_fails(one_more_migration: None, tmp_path: Path, db_kind: str) -> None:
    """A second made-up migration behind the first: it rebuilds a table and changes rows, then fails."""
    (tmp_path / f"migrations_and_one_{db_kind}" / "99999_fails.py").write_text(FAILS)


@pytest.mark.both
def test_a_migration_that_fails_in_the_middle_leaves_everything_as_it_was(
    old_url: str, request: pytest.FixtureRequest
) -> None:
    """The migrations before it too: tables, rows, indexes, and the triggers that keep opt-outs."""
    blocking(migrate(old_url))
    before, guarded = blocking(rows(old_url)), blocking(around(old_url))
    request.getfixturevalue("one_that_fails")
    with pytest.raises(MigrationError, match="nowhere"):
        blocking(migrate(old_url))
    assert blocking(rows(old_url)) == before
    assert blocking(around(old_url)) == guarded and "opt_out_kept" in guarded
    assert blocking(wrong_guards(old_url)) == []


@pytest.mark.both
def test_triggers_that_an_earlier_failure_left_out_are_back_even_after_a_failure(
    old_url: str, request: pytest.FixtureRequest
) -> None:
    blocking(migrate(old_url))
    blocking(_drop_a_trigger(old_url))
    assert blocking(wrong_guards(old_url)) == ["opt_out_kept"]
    request.getfixturevalue("one_that_fails")
    with pytest.raises(MigrationError):
        blocking(migrate(old_url))
    assert blocking(wrong_guards(old_url)) == []


async def _drop_a_trigger(url: str) -> None:
    await database.open_database(url, migrating=True)
    try:
        await database.rows("DROP TRIGGER opt_out_kept", "DROP TRIGGER opt_out_kept ON opt_out")
    finally:
        await database.close_database()


def _as_the_next_leaves(before: Rows) -> Rows:
    return {
        **before,
        "note": [],
        "note_line": [],
        "contact": [{**row, "nickname": row["first_name"].lower()} for row in before["contact"]],
        "opt_out": [{name: value for name, value in row.items() if name != "words"} for row in before["opt_out"]],
    }


@pytest.mark.both
def test_a_migration_builds_the_models_of_few_operations_twice(old_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built anew before each operation, they took ten seconds."""
    built, clone = [], StateApps.clone

    def counted(apps: StateApps, model_states: Any = None) -> StateApps:
        built.append(apps)
        return clone(apps, model_states)

    monkeypatch.setattr(StateApps, "clone", counted)
    blocking(migrate(old_url))
    assert len(built) < len(MIGRATIONS) / 2


@pytest.mark.both
def test_a_new_database_is_as_one_that_every_migration_was_run_on(new_url: str, tmp_path: Path) -> None:
    """It is made from the models at once. Were something only in a migration, or only in the models, it would show here."""
    blocking(migrate(new_url))
    at_once = blocking(columns(new_url)), blocking(around(new_url)), blocking(applied(new_url))
    step_by_step = _emptied(new_url, tmp_path)
    blocking(_migrate_to_the_first(step_by_step))
    blocking(migrate(step_by_step))
    assert (blocking(columns(step_by_step)), blocking(around(step_by_step)), blocking(applied(step_by_step))) == at_once
    assert len(at_once[0]) > 400 and len(at_once[2]) == len(MIGRATIONS)
    assert blocking(wrong_guards(step_by_step)) == []


def _emptied(url: str, tmp_path: Path) -> str:
    """Another database in which nothing is."""
    if url.startswith("sqlite://"):
        return f"sqlite://{tmp_path / 'step_by_step.db'}"
    blocking(_drop_everything(url))
    return url


async def _drop_everything(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE")
    await connection.execute("CREATE SCHEMA public")
    await connection.close()


def test_two_migrations_at_once_end_well(tmp_path: Path) -> None:
    environment = {
        "TEXTBANK_DATABASE_URL": f"sqlite://{tmp_path / 'new.db'}",
        "TEXTBANK_DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "webapp.cli", "migrate"]
    both = [subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0], [process.stderr.read()[-800:] for process in both]  # type: ignore[union-attr]


WRITER = """
import asyncio, sys
from webapp import database
from webapp.models.accounts.campaign import Campaign
async def add():
    campaign = await Campaign.get(slug="meyer")
    campaign.bucket_size += 1
    await campaign.save(update_fields=["bucket_size"])
async def main():
    await database.open_database(sys.argv[1])
    try:
        for _ in range(20):
            await asyncio.gather(*(database.transaction(add) for _ in range(5)))
    finally:
        await database.close_database()
asyncio.run(main())
"""


def test_two_processes_write_one_sqlite_file_and_every_write_counts(tmp_path: Path, sqlite_template: Path) -> None:
    config.use(Settings(data_dir=tmp_path))
    url = f"sqlite://{tmp_path / 'shared.db'}"
    (tmp_path / "shared.db").write_bytes(sqlite_template.read_bytes())

    async def make() -> None:
        await database.open_database(url)
        try:
            await make_cast()
        finally:
            await database.close_database()

    blocking(make())
    both = [subprocess.Popen([sys.executable, "-c", WRITER, url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    with sqlite3.connect(tmp_path / "shared.db") as found:
        assert found.execute("SELECT bucket_size FROM campaign WHERE slug = 'meyer'").fetchone() == (300,)


def test_migrations_follow_each_other_in_one_line() -> None:
    """Two of one number, made at the same time, run in an order nobody chose."""
    names = [path.stem for path in MIGRATIONS]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for before, path in zip(names, MIGRATIONS[1:], strict=False):
        assert re.search(rf"dependencies = .*{before}[\"']", path.read_text()), path.name
