"""PostgreSQL's statistics, kept up with tables that grow fast (docs/database.md).

A statement planned while its table is empty reads that table from end to end. It goes on like that until PostgreSQL has
new statistics, which it gathers by itself once a minute, on some servers never. An evening's first texts fill an empty
table within seconds. New statistics also make every connection plan its statements again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from webapp import clock, database

log = logging.getLogger(__name__)

# Rows that came or changed since the last look: so many, and as many as there were. PostgreSQL multiplies what it knows of a
# table by the pages that the table has now, so that its guesses of rows stay right until then; how values are spread may change
# meanwhile, and no plan of an evening hangs on that (test_hot_plans)
MANY, SHARE = 500, 1.0
SECONDS = 4.0  # between two looks of a process
_looked = -SECONDS


async def keep_up() -> list[str]:
    """Gathers statistics of the tables that changed much; returns their names. Called again within SECONDS it does
    nothing. If it fails the caller goes on: statements are slower then, but not wrong."""
    global _looked
    if database.dialect() != "postgres" or clock.steady() < _looked + SECONDS:
        return []
    _looked = clock.steady()
    try:
        return await _analyse()
    except Exception:
        log.warning("PostgreSQL's statistics could not be kept up", exc_info=True)
        return []


@contextlib.asynccontextmanager
async def beside() -> AsyncIterator[Callable[[], None]]:
    """For long work: gives what begins a look without waiting for it, so that slices are stored meanwhile. Call it after each, and never
    inside a transaction."""
    looks: list[asyncio.Task[list[str]]] = []

    def look() -> None:
        if not looks or looks[-1].done():
            looks[:] = [asyncio.create_task(keep_up())]

    try:
        yield look
    finally:
        await asyncio.gather(*looks)


async def count_all() -> None:
    """After a migration: a column, an index or a table that it filled has no statistics yet. Empty tables are left alone: of one
    that was never looked at, PostgreSQL expects some pages. Where it fails, the migration is done all the same."""
    if database.dialect() != "postgres":
        return
    try:
        rows = await database.query(
            "SELECT quote_ident(relname) AS quoted FROM pg_stat_user_tables WHERE schemaname = current_schema()"
            " AND pg_relation_size(relid) > 0 ORDER BY 1"
        )
        if rows:
            await database.query(f"ANALYZE (SKIP_LOCKED) {', '.join(row['quoted'] for row in rows)}")
    except Exception:
        log.warning("PostgreSQL's statistics could not be made after the migration", exc_info=True)


async def _analyse() -> list[str]:
    rows = await database.query(
        "SELECT s.relname AS name, quote_ident(s.relname) AS quoted FROM pg_stat_user_tables s"
        " JOIN pg_class c ON c.oid = s.relid WHERE s.schemaname = current_schema()"
        " AND s.n_mod_since_analyze > ? AND s.n_mod_since_analyze > ? * c.reltuples ORDER BY 1",
        MANY,
        SHARE,
    )
    if rows:
        await database.query(f"ANALYZE (SKIP_LOCKED) {', '.join(row['quoted'] for row in rows)}")
    return [row["name"] for row in rows]
