"""PostgreSQL between two tests: its connections stay, and the rows of the last test go.

A new connection reads the catalogue again: a tenth of a second of the server's time in each test, more than most tests use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

import asyncpg

from webapp.database.engines import asyncpg_engine
from webapp.database.engines.asyncpg_engine import Client, Connections

T = TypeVar("T")

FORGET = (
    "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
)
TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tortoise%'"
KEEP_CAST = """
DO $$ DECLARE t text; filled boolean; BEGIN
  CREATE SCHEMA the_cast;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tortoise%' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', t) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE the_cast.%I AS SELECT * FROM public.%I', t, t); END IF;
  END LOOP;
END $$
"""


class Aside:
    """A loop of its own in a thread, for what both plain and asynchronous tests ask."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class Emptier:
    """One connection that puts a database back to what it was: empty, or the cast alone."""

    def __init__(self, url: str) -> None:
        self._url, self._aside, self._cast = url, Aside(), ""
        self._aside.run(self._open())

    async def _open(self) -> None:
        self._connection = await asyncpg.connect(self._url)
        await self._connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
        names = [row["name"] for row in await self._connection.fetch(TABLES)]
        self._truncate = f"TRUNCATE {', '.join(names)}"
        self._filled = " UNION ALL ".join(
            f"SELECT '{name}' AS name WHERE EXISTS (SELECT FROM {name})" for name in names
        )
        sequences = await self._connection.fetch(
            "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"
        )
        self._sequences = [row["name"] for row in sequences]

    def keep_cast(self) -> None:
        """The database now has the cast and nothing else."""
        self._aside.run(self._keep_cast())

    async def _keep_cast(self) -> None:
        await self._connection.execute(KEEP_CAST)
        kept = await self._connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'the_cast'")
        put = [f"INSERT INTO public.{row['name']} SELECT * FROM the_cast.{row['name']}" for row in kept]
        put += [f"SELECT setval('{name}', {last})" for name, last in (await self._last_values()).items()]
        self._cast = ";".join(put)

    def fill(self, with_cast: bool, as_new: bool = False) -> None:
        """``as_new``: PostgreSQL knows nothing of its tables any more, neither their size nor what was in them."""
        self._aside.run(self._fill(with_cast, as_new))

    async def _fill(self, with_cast: bool, as_new: bool) -> None:
        if self._connection.is_closed():  # a test ended all connections
            await self._open()
        if as_new:
            await self._connection.execute(f"{self._truncate}; {FORGET}")
        filled = [row["name"] for row in await self._connection.fetch(self._filled)]
        last = await self._last_values()
        steps = [f"DELETE FROM {name}" for name in filled]
        steps += [f"SELECT setval('{name}', 1, false)" for name in last]
        steps += [self._cast] if with_cast else []
        if steps:  # asyncpg takes no empty statement
            await self._connection.execute(";".join(steps))

    async def _last_values(self) -> dict[str, int]:
        """Of the sequences that were used."""
        asked = " UNION ALL ".join(
            f"SELECT '{name}' AS name, last_value FROM {name} WHERE is_called" for name in self._sequences
        )
        return {row["name"]: row["last_value"] for row in await self._connection.fetch(asked)}


class Kept:
    """Connections that stay open for the next test, unless one of them is still lent."""

    def __init__(self, connections: Connections, made_as: str) -> None:
        self._connections, self._made_as, self._lent = connections, made_as, 0

    async def acquire(self) -> Any:
        connection = await self._connections.acquire()
        self._lent += 1
        return connection

    async def release(self, connection: Any, failed: bool = False) -> None:
        self._lent -= 1
        await self._connections.release(connection, failed)

    async def close(self) -> None:
        if self._lent:
            await self._connections.close()
        else:
            _kept[self._made_as] = self

    def terminate(self) -> None:
        self._connections.terminate()

    async def expire_connections(self) -> None:
        await self._connections.expire_connections()


_kept: dict[str, Kept] = {}


def keep_connections() -> None:
    """Databases opened again with the same settings in this loop use the connections again."""
    create, loop = Client.create_pool, asyncio.get_running_loop()

    async def create_pool(client: Client, dsn: str | None = None, **kwargs: Any) -> Any:
        if asyncio.get_running_loop() is not loop:
            return await create(client, dsn, **kwargs)
        made_as = repr((dsn, sorted((name, str(value)) for name, value in kwargs.items())))
        return _kept.pop(made_as, None) or Kept(await create(client, dsn, **kwargs), made_as)

    setattr(asyncpg_engine.Client, "create_pool", create_pool)  # noqa: B010
