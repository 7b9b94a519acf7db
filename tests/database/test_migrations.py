"""A filled database survives every migration, with its rows, indexes and triggers."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as stock_migrate

from tests.cast import make_cast
from tests.conftest import blocking
from webapp import config, database
from webapp.config import Settings
from webapp.database import guards
from webapp.database.migrate import migrate
from webapp.models.contacts.contact import Contact

ROOT = Path(__file__).parents[2]


FILLED = json.loads((Path(__file__).parent / "filled_0001.json").read_text())
assert len(FILLED["rows"]) > 10


async def filled(url: str) -> dict[str, int]:
    """A database as the first migration made it, with the rows and guards that the code of its day put there."""
    first = sorted(ROOT.glob("webapp/migrations/0*.py"))[0].stem
    await stock_migrate(config=database.configuration(url, migrating=True), target=f"models.{first}")
    await Tortoise.close_connections()
    if url.startswith("sqlite://"):
        _fill_sqlite(url.removeprefix("sqlite://"))
    else:
        await _fill_postgres(url)
    return {table: len(rows) for table, rows in FILLED["rows"].items()}


def _fill_sqlite(path: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        for table, rows in FILLED["rows"].items():
            marks = ", ".join("?" * len(rows[0]))
            file.executemany(
                f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})", [[*r.values()] for r in rows]
            )
        for text in FILLED["guards"]:
            file.execute(text)


async def _fill_postgres(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    for table, rows in FILLED["rows"].items():
        columns = ", ".join(rows[0])
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


async def counts() -> dict[str, int]:
    return {t: (await database.query(f"SELECT COUNT(*) AS n FROM {t}"))[0]["n"] for t in FILLED["rows"]}


async def migrated(url: str) -> tuple[dict[str, int], list[str]]:
    await migrate(url)
    await database.open_database(url)
    try:
        jose = await Contact.get(phone="+14125550102")
        assert (jose.first_key, jose.last_key) == ("jose", "oneil nunez")
        return await counts(), await guards.wrong()
    finally:
        await database.close_database()


def test_a_filled_sqlite_file_keeps_its_rows_and_guards(tmp_path: Path) -> None:
    config.use(Settings(data_dir=tmp_path))
    url = f"sqlite://{tmp_path / 'old.db'}"
    before = blocking(filled(url))
    assert blocking(migrated(url)) == (before, [])
    [copy] = (tmp_path / "copies").glob("old-*.db")
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT COUNT(*) FROM contact").fetchone() == (2,)


def test_a_filled_postgres_keeps_its_rows_and_guards(postgres_server: str, worker_id: str, tmp_path: Path) -> None:
    config.use(Settings(data_dir=tmp_path))
    name = f"m_{worker_id}"

    async def make() -> None:
        connection = await asyncpg.connect(postgres_server)
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    blocking(make())
    url = postgres_server.replace("/postgres?", f"/{name}?")
    before = blocking(filled(url))
    assert blocking(migrated(url)) == (before, [])
    assert blocking(checked_against(url, "message")) == {"contact", "conversation"}


async def checked_against(url: str, table: str) -> set[str]:
    """The tables an insert into this one locks a row of."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        f"SELECT confrelid::regclass::text AS other FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
    )
    await connection.close()
    return {row["other"] for row in rows}


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
from webapp.models.campaign import Campaign
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
