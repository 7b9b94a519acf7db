"""PostgreSQL for Tortoise: transactions that give their connection back however they end.

The module's name must contain "asyncpg": the migration executor picks its schema editor by it.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient, PoolConnectionWrapper, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError


class Connections:
    """asyncpg's pool, but connections are kept between two statements. Giving one back costs asyncpg a task and several
    locks: a tenth of the web process's time for a tap. A connection whose work failed or was cancelled goes back the
    long way, so that asyncpg clears or closes it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool, self._closing = pool, False
        self._free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()  # None: one that asyncpg still has
        for _ in range(pool.get_max_size()):
            self._free.put_nowait(None)

    async def acquire(self) -> Any:
        kept = await self._free.get() if self._free.empty() else self._free.get_nowait()
        if kept is not None and _idle(kept):
            return kept
        try:
            if kept is not None:
                await self._pool.release(kept)
            return await self._pool.acquire()
        except BaseException:
            self._free.put_nowait(None)
            raise

    async def release(self, connection: Any, failed: bool = False) -> None:
        if not failed and not self._closing and _idle(connection):
            self._free.put_nowait(connection)
            return
        try:
            await self._pool.release(connection)
        finally:
            self._free.put_nowait(None)

    async def close(self) -> None:
        """Waits for statements under way, whose connections go back to asyncpg from now on."""
        self._closing = True
        while not self._free.empty():
            if (kept := self._free.get_nowait()) is not None:
                await self._pool.release(kept)
        await self._pool.close()

    def terminate(self) -> None:
        self._pool.terminate()

    async def expire_connections(self) -> None:
        await self._pool.expire_connections()


def _idle(connection: Any) -> bool:
    """Can it take a statement now? asyncpg has taken back what the server ended."""
    bare = connection._con  # None once asyncpg has it back. Without the pool's wrapper, which looks at each call
    return bare is not None and not bare.is_closed() and not bare.is_in_transaction()


class Lent(PoolConnectionWrapper[Any]):
    """One of them, for a statement or a few."""

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        await self.client._pool.release(self.connection, exc_type is not None)


class Context(TransactionContextPooled):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection, True)
            raise
        self.token = get_connections().set("default", self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            await (self.client.rollback() if exc_type else self.client.commit())
        finally:
            await self.client._parent._pool.release(self.client._connection, exc_type is not None)


STATEMENTS = 1_000  # prepared ones a connection keeps; a hundred, asyncpg's default, are fewer than the pages have


async def _as_it_is(_: Any) -> None:
    """Leaves out the round trip by which asyncpg clears a connection at each release. Nothing of ours outlives a
    transaction on a connection: no SET, no LISTEN, no session's lock. It still rolls back what is open."""


class Client(AsyncpgDBClient):
    async def create_pool(self, dsn: str | None = None, **kwargs: Any) -> Connections:
        """``dsn``: options of the address that asyncpg reads itself."""
        return Connections(await asyncpg.create_pool(dsn, reset=_as_it_is, statement_cache_size=STATEMENTS, **kwargs))

    def acquire_connection(self) -> Lent:
        return Lent(self, self._pool_init_lock)

    def _in_transaction(self) -> Context:
        return Context(TransactionWrapper(self), self._pool_init_lock)


async def _fetched(pool: Connections, text: str, values: list[Any]) -> list[Any]:
    """On a connection that is given back as `Lent` gives it back, without the time that a context manager takes."""
    connection, failed = await pool.acquire(), True
    try:
        rows: list[Any] = await connection.fetch(text, *values)
        failed = False
    finally:
        await pool.release(connection, failed)
    return rows


@lru_cache(maxsize=2_000)
def numbered(sql: str) -> str:
    """The same statement for PostgreSQL: ? becomes $1, $2 ... No statement of ours holds a literal question mark."""
    parts = sql.split("?")
    return "".join(part + (f"${n}" if n < len(parts) else "") for n, part in enumerate(parts, 1))


async def fetch(client: BaseDBAsyncClient, text: str, values: list[Any]) -> list[Any]:
    """Plain SQL, without the half of its time the way through the ORM's client takes. Rows as the driver gives them."""
    client.log.debug("%s: %s", text, values)
    try:
        if client._connection is not None:  # inside a transaction
            rows: list[Any] = await client._connection.fetch(text, *values)
            return rows
        if not client._pool:
            await client.acquire_connection().ensure_connection()
        return await _fetched(client._pool, text, values)
    except (asyncpg.SyntaxOrAccessError, asyncpg.exceptions.DataError) as error:
        raise OperationalError(error) from error
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error


client_class = Client
