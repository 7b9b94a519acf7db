"""The cost of one turn: processor time of the web process and of PostgreSQL (/proc), blocks PostgreSQL looked at
(pg_stat_database), statements it was sent (its log), bytes that came down. The machine's speed changes within minutes; these
don't."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import psutil

if TYPE_CHECKING:
    from bench.speed.stage import Stage

TICKS = os.sysconf("SC_CLK_TCK")
SETTLE = 1.2  # seconds until PostgreSQL's sessions have told their numbers
SENT = (" LOG:  execute ", " LOG:  statement: ")


@dataclass
class Costs:
    """Of all turns together; milliseconds. ``down``: bytes, heads included."""

    web: float = 0.0
    postgres: float = 0.0
    blocks: float = 0.0
    statements: float = 0.0
    down: float = 0.0

    def of_each(self, turns: int) -> Costs:
        values = (self.web, self.postgres, self.blocks, self.statements, self.down)
        return Costs(*(value / max(1, turns) for value in values))


@contextlib.asynccontextmanager
async def counted(stage: Stage) -> AsyncIterator[Costs]:
    """Filled in when the block ends."""
    costs, connection = Costs(), await asyncpg.connect(stage.database_url)
    try:
        await asyncio.sleep(SETTLE)
        web, postgres, blocks = _cpu(stage.web_pid), _cpu_of_all(stage.postgres_pid), await looked_at(connection)
        down = stage.down
        yield costs
        costs.web = _cpu(stage.web_pid) - web
        costs.postgres = _cpu_of_all(stage.postgres_pid) - postgres
        costs.down = stage.down - down
        await asyncio.sleep(SETTLE)
        costs.blocks = await looked_at(connection) - blocks
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def logged(stage: Stage) -> AsyncIterator[Costs]:
    """As `counted`, but statements alone: PostgreSQL writes each to its log meanwhile, which takes time."""
    costs, connection = Costs(), await asyncpg.connect(stage.database_url)
    try:
        await _log(connection, "all")
        before = stage.postgres_log.stat().st_size
        yield costs
        await _log(connection, "none")
        costs.statements = _sent(stage.postgres_log, before)
    finally:
        await connection.close()


async def _log(connection: asyncpg.Connection, which: str) -> None:
    await connection.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(SETTLE)


def _sent(log: Path, start: int) -> int:
    with log.open(errors="replace") as lines:
        lines.seek(start)
        return sum(any(mark in line for mark in SENT) and "log_statement" not in line for line in lines)


def _cpu(pid: int) -> float:
    """Milliseconds of processor time, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / TICKS


def _cpu_of_all(pid: int) -> float:
    """PostgreSQL's sessions, which live on between the turns."""
    return sum(_cpu(child.pid) for child in psutil.Process(pid).children(recursive=True))


async def looked_at(connection: asyncpg.Connection) -> float:
    """The blocks that its database has looked at so far."""
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    value: int = await connection.fetchval(
        "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
    )
    return float(value)
