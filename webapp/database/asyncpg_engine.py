"""PostgreSQL for Tortoise: transactions that give their connection back however they end.

The module's name must contain "asyncpg": the migration executor picks its schema editor by it.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError


class Context(TransactionContextPooled):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set("default", self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            await (self.client.rollback() if exc_type else self.client.commit())
        finally:
            await self.client._parent._pool.release(self.client._connection)


STATEMENTS = 1_000  # prepared ones a connection keeps; a hundred, asyncpg's default, are fewer than the pages have


async def _as_it_is(_: Any) -> None:
    """Nothing of ours outlives a transaction on a connection (no SET, no LISTEN, no lock of a session), so the round trip
    asyncpg makes to clear all that at each release is saved. It still rolls back what is open."""


class Client(AsyncpgDBClient):
    async def create_pool(self, dsn: str | None = None, **kwargs: Any) -> asyncpg.Pool:
        """``dsn``: options of the address that asyncpg reads itself."""
        return await asyncpg.create_pool(dsn, reset=_as_it_is, statement_cache_size=STATEMENTS, **kwargs)

    def _in_transaction(self) -> Context:
        return Context(TransactionWrapper(self), self._pool_init_lock)


async def fetch(client: BaseDBAsyncClient, text: str, values: list[Any]) -> list[dict[str, Any]]:
    """Plain SQL, without the half of its time the way through the ORM's client takes."""
    client.log.debug("%s: %s", text, values)
    try:
        if client._connection is not None:  # inside a transaction
            return [dict(row) for row in await client._connection.fetch(text, *values)]
        async with client.acquire_connection() as connection:
            return [dict(row) for row in await connection.fetch(text, *values)]
    except (asyncpg.SyntaxOrAccessError, asyncpg.exceptions.DataError) as error:
        raise OperationalError(error) from error
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error


client_class = Client
