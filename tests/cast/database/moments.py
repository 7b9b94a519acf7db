"""Moments that are hard to meet: a statement that stops half way beside another, a table that refuses to be written."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg

from tests.cast.waiting import until
from webapp import config, database
from webapp.database import transaction

HERE = 4711  # an advisory lock
WAIT = f"PERFORM pg_advisory_xact_lock_shared({HERE}); RETURN NULL;"


async def beside(table: str, verb: str, first: Awaitable[Any], second: Awaitable[Any]) -> Any:
    """``first`` has written to this table and not committed when ``second`` begins; when that waits for it, or is done,
    it goes on. The results of both. PostgreSQL only: on SQLite a transaction is alone."""
    connection = await asyncpg.connect(config.settings().database)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", HERE)
        async with _trigger(connection, table, f"AFTER {verb}", WAIT):
            one = asyncio.ensure_future(first)
            await until(lambda: _waiting(connection, 1))
            other = asyncio.ensure_future(second)
            await until(lambda: other.done() or _waiting(connection, 2))
            await connection.execute("SELECT pg_advisory_unlock($1)", HERE)
            return await asyncio.gather(one, other)
    finally:
        await connection.close()


async def _waiting(connection: asyncpg.Connection, number: int) -> bool:
    """Do so many wait for a lock?"""
    found = await connection.fetchval(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return int(found) >= number


async def someone_waits_for_a_lock() -> bool:
    [row] = await database.query("SELECT COUNT(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return bool(row["n"])


@contextlib.asynccontextmanager
async def _trigger(connection: asyncpg.Connection, table: str, when: str, body: str) -> AsyncIterator[None]:
    """A trigger of one moment, for each row."""
    await connection.execute(
        f"CREATE OR REPLACE FUNCTION moment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
    await connection.execute(f"CREATE TRIGGER moment {when} ON {table} FOR EACH ROW EXECUTE FUNCTION moment()")
    try:
        yield
    finally:
        await connection.execute(f"DROP TRIGGER moment ON {table}")


@contextlib.asynccontextmanager
async def deadlock(table: str) -> AsyncIterator[None]:
    """The next statement that adds a row here ends in a deadlock, those after it work. PostgreSQL only."""
    connection = await asyncpg.connect(config.settings().database)
    try:
        await connection.execute("CREATE SEQUENCE met")  # what it counted stays counted when a transaction is undone
        once = "IF nextval('met') = 1 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF; RETURN NEW;"
        async with _trigger(connection, table, "BEFORE INSERT", once):
            yield
        assert await connection.fetchval("SELECT is_called FROM met"), "nobody came to this table"
        await connection.execute("DROP SEQUENCE met")
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def refusing(table: str, verb: str) -> AsyncIterator[None]:
    """Nothing can be written there, as when the disk is full."""
    if database.dialect() == "postgres":
        connection = await asyncpg.connect(config.settings().database)
        full = "RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full';"
        try:
            async with _trigger(connection, table, f"BEFORE {verb}", full):
                yield
        finally:
            await connection.close()
        return
    full = "SELECT RAISE(ABORT, 'database or disk is full')"
    await transaction(lambda: database.rows(f"CREATE TRIGGER moment BEFORE {verb} ON {table} BEGIN {full}; END"))
    try:
        yield
    finally:
        await transaction(lambda: database.rows("DROP TRIGGER moment"))


async def while_it_is_under_way(step: Callable[[], Awaitable[object]], click: Awaitable[object]) -> object:
    """The click begins when the step is done and not committed yet, and waits for it."""
    async with held_open(step):
        waiting = asyncio.ensure_future(click)
        await asyncio.sleep(0.3)
        assert not waiting.done(), "it waits for the row"
    return await waiting


@contextlib.asynccontextmanager
async def held_open(step: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """``step`` writes, without a commit while the block runs; the commit comes at its end."""
    done, may_commit = asyncio.Event(), asyncio.Event()

    async def body() -> None:
        await step()
        done.set()
        await may_commit.wait()

    other = asyncio.create_task(transaction(body))
    await done.wait()
    try:
        yield
    finally:
        may_commit.set()
        await other
