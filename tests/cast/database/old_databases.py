"""Databases as the first migration made them, and what stands in one."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.api.migrate import migrate as stock_migrate

from tests.cast import TESTS
from webapp import database
from webapp.database import guards

ROOT = TESTS.parent
MIGRATIONS = sorted(ROOT.glob("webapp/migrations/0*.py"))

# A row for each table of the first migration, and the guards of its day as SQLite has them
FILLED = json.loads((TESTS / "database" / "filled_0001.json").read_text())


async def make_database(server: str, name: str, template: str = "template1") -> None:
    connection = await asyncpg.connect(server)
    await connection.execute("SELECT pg_advisory_lock(1)")  # a template is copied by one at a time
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()


async def migrate_to_the_first(url: str) -> None:
    await stock_migrate(config=database.configuration(url, migrating=True), target=f"models.{MIGRATIONS[0].stem}")
    await Tortoise.close_connections()


def fill_sqlite(path: str) -> None:
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


async def fill_postgres(url: str) -> None:
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


async def change(url: str, *statements: str) -> None:
    """As a person with a shell: no guard is asked for."""
    await database.open_database(url, migrating=True)
    try:
        for statement in statements:
            await get_connection("default").execute_query(statement)
    finally:
        await database.close_database()


def times_built(shared: Path, url: str) -> Path:
    """The file that says how often all models were built in the migrations of the fixture ``lived_in_url``."""
    return shared / f"{url.partition(':')[0]}.built"


async def wrong_guards(url: str) -> list[str]:
    await database.open_database(url)
    try:
        return await guards.wrong()
    finally:
        await database.close_database()
