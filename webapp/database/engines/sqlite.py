"""SQLite for Tortoise: transactions that begin at once, retry when busy, and give back what they hold.

The module's name must contain "sqlite": the migration executor picks its schema editor by it. Why the stock client
won't do is in docs/database.md.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

PATIENCE = 10.0  # seconds to wait for the file's lock
LONGEST_PAUSE = 0.02


def _instant(at: datetime) -> str:
    """In UTC: SQLite compares instants as texts. Tortoise's own keeps the offset of whoever made the value."""
    return (at.astimezone(UTC) if at.tzinfo else at).isoformat(" ")


sqlite3.register_adapter(datetime, _instant)  # after Tortoise's, which the import above registers


class Wrapper(SqliteTransactionWrapper):
    async def begin(self) -> None:
        """BEGIN IMMEDIATE: a deferred one can't be upgraded when another process writes, whatever the time-out."""
        deadline, pause = time.monotonic() + PATIENCE, 0.001
        while True:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise OperationalError(error) from error
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def commit(self) -> None:
        """A full disk is often first noticed here. The stock one lets the driver's own error through, which nobody reads."""
        try:
            await super().commit()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """One statement at a time: the stock one commits what is open, then runs the script outside of it."""
        statement = ""
        for part in query.split(";"):
            statement += part + ";"
            if sqlite3.complete_statement(statement):  # the semicolons within a trigger do not end it
                await self.execute_query(statement)
                statement = ""


class Context(SqliteTransactionContext):
    """Gives back lock and connection however it ends: a begin that failed, a cancelled body, a cancelled commit."""

    async def __aenter__(self) -> Any:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._undo()
            raise
        self.token = get_connections().set("default", self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None:
                await self.connection.commit()
        finally:
            self._undo()
            self.connection._finalized = True

    def _undo(self) -> None:
        """Rolls back on the connection's own thread, in order, where nothing can cancel it. A no-op after a commit."""
        open_connection = self.connection._connection
        if open_connection is not None and open_connection._connection is not None:
            open_connection._tx.put_nowait((None, open_connection._conn.rollback))
        self._trxlock.release()


class Client(SqliteClient):
    def _in_transaction(self) -> Context:
        return Context(Wrapper(self), self._lock)


def _is_busy(error: Exception) -> bool:
    return "locked" in str(error) or "busy" in str(error)


client_class = Client
