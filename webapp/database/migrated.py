"""Opens a database that `textbank migrate` has brought up to date, or says in one line why there is none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError

from webapp import database
from webapp.database import address, guards

FILES = Path(__file__).parents[1] / "migrations"
FIRST = "Run textbank migrate first."
# UnicodeError: a host name that can't be one
SILENT = (
    OSError,
    TimeoutError,
    UnicodeError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    DBConnectionError,
)


class NotMigrated(Exception):
    """The text says which database it is and what to do."""


async def open_migrated(url: str) -> None:
    """As `open_database`. Raises NotMigrated, and then leaves no new file behind; close the database in any case."""
    where = address.shown(url)
    if address.dialect(url) == "sqlite" and not Path(where).is_file():
        raise NotMigrated(f"There is no database at {where}. {FIRST}")
    try:
        await database.open_database(url)
        await database.set_clock()
        done = await _done()
        lacking = await _lacking(done)
    except SILENT as error:
        raise NotMigrated(f"The database {where} does not answer: {_in_one_line(error)}") from error
    if newer := sorted(done - _known()):
        raise NotMigrated(
            f"The database {where} is of a newer version than this program: it has {', '.join(newer)}. Start that version, or"
            " a newer one: this one would not keep what is new."
        )
    if lacking:
        raise NotMigrated(f"The database {where} is not up to date: it lacks {lacking}. {FIRST}")


async def _done() -> set[str]:
    """The migrations that the database has had."""
    try:
        return {row["name"] for row in await database.query("SELECT name FROM tortoise_migrations")}
    except OperationalError:
        return set()


def _known() -> set[str]:
    return {file.stem for file in FILES.glob("[0-9]*.py")}


async def _lacking(done: set[str]) -> str:
    """The parts that the database lacks; "" where it is up to date."""
    if missing := sorted(_known() - done):
        return ", ".join(missing) if done else "every table"
    return ", ".join((await guards.wrong())[:3])


def _in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
