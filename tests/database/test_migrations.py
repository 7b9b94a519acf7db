"""A filled database survives every migration, with its rows, indexes and triggers."""

from __future__ import annotations

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

ROOT = Path(__file__).parents[2]


async def filled(url: str) -> dict[str, int]:
    """From the first migration to the last, with rows in every table the cast fills."""
    first = sorted(ROOT.glob("webapp/migrations/0*.py"))[0].stem
    await stock_migrate(config=database.configuration(url, migrating=True), target=f"models.{first}")
    await Tortoise.close_connections()
    await database.open_database(url)
    try:
        await database.transaction(guards.put_back)
        await make_cast()
        return await counts()
    finally:
        await database.close_database()


async def counts() -> dict[str, int]:
    tables = ("campaign", "user_account", "membership", "contact", "conversation", "script", "tag", "tally")
    found = {}
    for table in tables:
        found[table] = (await database.query(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"]
    return found


async def migrated(url: str) -> tuple[dict[str, int], list[str]]:
    await migrate(url)
    await database.open_database(url)
    try:
        return await counts(), await guards.wrong()
    finally:
        await database.close_database()


def test_a_filled_sqlite_file_keeps_its_rows_and_guards(tmp_path: Path) -> None:
    config.use(Settings(data_dir=tmp_path))
    url = f"sqlite://{tmp_path / 'old.db'}"
    before = blocking(filled(url))
    assert before["contact"] == 1 and before["conversation"] == 1
    assert blocking(migrated(url)) == (before, [])
    [copy] = (tmp_path / "copies").glob("old-*.db")
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT COUNT(*) FROM contact").fetchone() == (1,)


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
    assert before["contact"] == 1
    assert blocking(migrated(url)) == (before, [])


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
