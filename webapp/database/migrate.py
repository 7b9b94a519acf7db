"""`textbank migrate`: from any earlier state to the present one, with a copy kept and every guard put back."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tortoise.connection import get_connection
from tortoise.migrations.api.migrate import migrate as run_migrations

from webapp import clock, database
from webapp.database import guards

KEEP_COPIES = 5
_LOCK_NUMBER = 7_267_001


class MigrationError(Exception):
    """The migration could not be finished; the text says what is to be done."""


async def migrate(url: str) -> None:
    """Locks, copies (SQLite), drops the triggers, migrates without foreign keys, puts the guards back, checks."""
    async with _locked(url):
        copy = await asyncio.to_thread(_copy, url)
        try:
            await _run(url)
        except Exception as error:
            kept = f" A copy from before is {copy}." if copy else ""
            raise MigrationError(f"The database could not be migrated: {error}.{kept}") from error


async def _run(url: str) -> None:
    config = database.configuration(url, migrating=True)
    try:
        await database.open_database(url, migrating=True)
        await guards.drop_triggers()
        await database.close_database()
        await run_migrations(config=config)
        await database.close_database()
        await database.open_database(url, migrating=True)
        async with get_connection("default")._in_transaction():
            await guards.put_back()
        if database.dialect() == "sqlite" and (broken := await database.rows("PRAGMA foreign_key_check")):
            raise MigrationError(f"{len(broken)} rows point at rows that are not there")
    finally:
        await database.close_database()


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[None]:
    """One migration at a time, over all processes."""
    if url.startswith("sqlite://"):
        path = Path(url.removeprefix("sqlite://"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".migrating").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            yield
        return
    credentials = database._postgres_credentials(url)
    wanted = {key: credentials[key] for key in ("host", "port", "user", "password", "database")}
    connection = await asyncpg.connect(**wanted)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK_NUMBER)
        yield
    finally:
        await connection.close()


def _copy(url: str) -> Path | None:
    """A copy by SQLite's own backup: cp would miss what is in the write-ahead log."""
    path = Path(url.removeprefix("sqlite://"))
    if not url.startswith("sqlite://") or not path.exists() or path.stat().st_size == 0:
        return None
    folder = path.parent / "copies"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{path.stem}-{clock.now():%Y%m%d-%H%M%S-%f}.db"
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-KEEP_COPIES]:
        old.unlink()
    return copy
