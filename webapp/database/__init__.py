"""The one door to the database.

Reads go as they are. Write only inside `await transaction(body)` (or a verb marked @transactional). On SQLite the
connection that reads can't write, so a write outside fails in the first test that runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError

from webapp import clock
from webapp.database import address
from webapp.database.configured import IN_MEMORY as IN_MEMORY
from webapp.database.configured import configuration as configuration
from webapp.database.engines import asyncpg_engine
from webapp.database.engines.asyncpg_engine import numbered as numbered
from webapp.database.locks import Lock

T = TypeVar("T")
P = ParamSpec("P")
Row = Mapping[str, Any]
log = logging.getLogger(__name__)

ATTEMPTS = 4  # the first and three more


class Work:
    """One transaction under way. ``kept``: room for things its verbs collect. ``last``: functions that run before the
    commit. ``after``: functions that run once it is committed; they must not fail, and touch no row."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.last: list[Callable[[], Awaitable[None]]] = []
        self.after: list[Callable[[], None]] = []


_work: ContextVar[Work | None] = ContextVar("transaction", default=None)
_dialect, _opened = "", 0


async def open_database(url: str, migrating: bool = False) -> None:
    """Opens this process's connections. Close them with `close_database`, or the process never ends."""
    global _dialect, _opened
    _dialect = address.dialect(url)
    _opened += 1
    clock.follow(None)  # what another database said
    await Tortoise.init(config=configuration(url, migrating), _enable_global_fallback=True)


async def close_database() -> None:
    await Tortoise.close_connections()


async def transaction(body: Callable[[], Awaitable[T]]) -> T:
    """Runs ``body`` in one transaction and returns what it returns.

    The body may run again (deadlock, serialisation failure, a busy file), so it has no side effects but on the
    database. Inside another transaction it joins that one. Never start a task in it: the task would inherit the
    connection.
    """
    if _work.get():
        return await body()
    return await _tried_again(lambda: _once(body))


async def _tried_again(once: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await once()
        except (asyncpg.TransactionRollbackError, OperationalError) as error:
            if attempt == ATTEMPTS or not _is_transient(error):
                raise
    raise AssertionError("unreachable")


async def alone(sql: str, *values: Any) -> list[dict[str, Any]]:
    """One write that is a transaction by itself, or part of the caller's: on PostgreSQL it needs neither BEGIN nor COMMIT, two
    round trips of three. The text is as for `query`."""
    if _work.get() or dialect() == "sqlite":
        return await transaction(lambda: query(sql, *values))
    return await _tried_again(lambda: query(sql, *values))


async def one_statement(body: Callable[[], Awaitable[T]]) -> T | None:
    """As `transaction`, on PostgreSQL alone, for a ``body`` that writes with one statement and no other: it needs neither
    BEGIN nor COMMIT. None where the database refused it, or another transaction was in its way: nothing is written then. The
    body calls no verb that is a transaction: its writes would be done whatever follows."""
    try:
        return await _once(body, contextlib.nullcontext())
    except (IntegrityError, asyncpg.TransactionRollbackError):
        return None


async def snapshot(body: Callable[[], Awaitable[T]]) -> T:
    """Runs ``body``, which only reads, on the database as it is at one instant, whatever is written meanwhile. On SQLite no
    other reading of this process may run beside it: they share a connection."""
    if dialect() == "postgres":
        return await transaction(lambda: _at_one_instant(body))
    reader = get_connection("default")
    await reader.execute_query("BEGIN")
    try:
        return await body()
    finally:
        await reader.execute_query("ROLLBACK")


async def _at_one_instant(body: Callable[[], Awaitable[T]]) -> T:
    await rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return await body()


def transactional(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Marks a model's verb that is one transaction, or part of the caller's."""

    @functools.wraps(verb)
    async def in_one(*args: P.args, **kwargs: P.kwargs) -> T:
        return await transaction(lambda: verb(*args, **kwargs))

    return in_one


async def _once(
    body: Callable[[], Awaitable[T]], begun: contextlib.AbstractAsyncContextManager[Any] | None = None
) -> T:
    """``begun``: in place of BEGIN and COMMIT."""
    work = Work()
    token = _work.set(work)
    try:
        async with begun or _writer()._in_transaction():
            result = await body()
            for step in work.last:
                await step()
    finally:
        _work.reset(token)
    for told in work.after:
        told()
    return result


def work() -> Work:
    """The transaction this runs in; an error outside of one."""
    if (current := _work.get()) is None:
        raise RuntimeError("this belongs into a transaction")
    return current


def working() -> bool:
    """Does this run inside a transaction?"""
    return _work.get() is not None


def _is_transient(error: Exception) -> bool:
    return isinstance(error, asyncpg.TransactionRollbackError) or "locked" in str(error)


def _writer() -> BaseDBAsyncClient:
    return get_connection("default" if dialect() == "postgres" else "write")


def dialect() -> str:
    """ "sqlite" or "postgres", since the database was opened."""
    return _dialect


def opened() -> int:
    """Which opening of this process it is: facts learnt from one database say nothing of the next."""
    return _opened


async def rows(sqlite: str, postgres: str | None = None, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """Runs one statement of plain SQL, written for each dialect, and returns its rows.

    Also for writes with RETURNING, inside a transaction: count what comes back.
    """
    if _dialect == "sqlite":
        return await get_connection("default").execute_query_dict(sqlite, values or [])
    return [dict(row) for row in await _fetched(sqlite if postgres is None else postgres, values or [])]


async def _fetched(postgres: str, values: list[Any]) -> list[Any]:
    return await asyncpg_engine.fetch(get_connection("default"), postgres, values)


SURE = 0.5  # seconds an answer may take that sets the clock
SET_AGAIN = 5.0  # seconds


async def set_clock() -> None:
    """Sets this process's clock by PostgreSQL's; SQLite's is the system's own. An answer that took longer says too little of
    the present: then the clock stays as it is, unless nothing set it before."""
    if dialect() != "postgres":
        clock.follow(None)
        return
    before = clock.steady()
    [row] = await rows("SELECT extract(epoch FROM clock_timestamp())::float8 AS told")
    after = clock.steady()
    if after - before < SURE or not clock.follows():
        clock.follow(row["told"], (before + after) / 2)


async def keep_clock() -> None:
    """Sets the clock again every few seconds, until cancelled."""
    while dialect() == "postgres":
        await asyncio.sleep(SET_AGAIN)
        try:
            await asyncio.wait_for(set_clock(), SET_AGAIN)
        except Exception as error:
            log.warning("the database could not be asked for the time: %s", type(error).__name__)


async def now() -> datetime:
    """The present instant, asked of the database: for what decides about a second text (DESIGN, Time)."""
    await set_clock()
    return clock.now()


async def lock(name: Lock, number: int, shared: bool = False) -> None:
    """A lock of that name until the transaction ends; on SQLite the transaction itself is the lock."""
    if dialect() == "postgres":
        await query(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(?, ?)", name, number)


async def loosely() -> None:
    """The commit does not wait for the disk: a power cut may undo it and all that came after. Only for work that goes on from the
    cursor it stores, and of which nobody else was told."""
    if dialect() == "postgres":
        await query("SELECT set_config('synchronous_commit', 'off', true)")


async def query(sql: str, *values: Any) -> list[dict[str, Any]]:
    """One text for both dialects, with ? for values."""
    return await rows(sql, numbered(sql), list(values))


async def wide(sql: str, *values: Any) -> Sequence[Row]:
    """As `query`, for rows of a hundred columns: on PostgreSQL as the driver gives them, which costs a fifth of a dictionary's."""
    return await _fetched(numbered(sql), list(values)) if _dialect == "postgres" else await query(sql, *values)
