"""The connections to PostgreSQL that this process keeps between its statements."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from webapp import config, database
from webapp.database.address import CONNECTIONS
from webapp.database.engines.asyncpg_engine import Connections

pytestmark = pytest.mark.postgres


async def one(_: int = 0) -> int:
    [row] = await database.query("SELECT 1 AS one")
    return int(row["one"])


async def test_more_statements_at_once_than_connections_are_all_answered(db: None) -> None:
    assert await asyncio.gather(*(one(n) for n in range(5 * CONNECTIONS))) == [1] * 5 * CONNECTIONS


async def test_a_cancelled_statement_spoils_no_connection(db: None) -> None:
    for _ in range(CONNECTIONS + 2):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.query("SELECT pg_sleep(20)"), 0.05)
    assert await asyncio.gather(*(one(n) for n in range(CONNECTIONS))) == [1] * CONNECTIONS


async def test_whoever_gives_up_waiting_for_a_connection_takes_none_along(db: None) -> None:
    asleep = [asyncio.create_task(database.query("SELECT pg_sleep(0.5)")) for _ in range(CONNECTIONS)]
    await asyncio.sleep(0.1)
    for _ in range(CONNECTIONS):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one(), 0.01)
    await asyncio.gather(*asleep)
    assert await asyncio.gather(*(one(n) for n in range(CONNECTIONS))) == [1] * CONNECTIONS


async def test_a_connection_that_the_server_ended_is_not_used_again(db: None) -> None:
    await asyncio.gather(*(database.query("SELECT pg_sleep(0.1)") for _ in range(CONNECTIONS)))
    ended = await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    assert len(ended) >= CONNECTIONS - 1
    await asyncio.sleep(0.2)
    assert await asyncio.gather(*(one(n) for n in range(CONNECTIONS))) == [1] * CONNECTIONS


async def test_a_statement_under_way_at_the_end_holds_it_up_no_longer_than_it_takes(db: None) -> None:
    connections = Connections(await asyncpg.create_pool(config.settings().database, min_size=1, max_size=2))
    idle, busy = await connections.acquire(), await connections.acquire()
    await connections.release(idle)
    end = asyncio.create_task(connections.close())
    await asyncio.sleep(0.1)
    assert not end.done()
    await connections.release(busy)
    await asyncio.wait_for(end, 5)
