"""How far a table has settled: up to which id nothing can come any more (SPEC B6).

A row gets its id before its transaction commits, so a smaller id may come later than a greater one, minutes later where its
transaction is long. SQLite has one writer at a time: its ids are committed in their order. On PostgreSQL a transaction takes
a lock on the table before its first id, and gives it back after what it wrote can be seen. So the newest id is read first,
then who has such a lock. Once all of those have ended, nothing up to that id is still on its way. Transactions that began later get
greater ids and are not waited for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from webapp import database

LOOKS_AFTER = (0.0, 0.01, 0.03, 0.1)  # seconds: most transactions are over by then
MOST = 50  # marks of a table that wait for their writers

_WRITERS = (
    " ARRAY(SELECT DISTINCT l.virtualtransaction FROM pg_locks l WHERE l.locktype = 'relation' AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND l.relation = '{table}'::regclass"
    " AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))"
)


@dataclass(eq=False)
class _Mark:
    """``last``: the newest id that was seen; ``writers``: the transactions that may still bring a smaller one."""

    last: int
    writers: frozenset[str]


_marks: dict[tuple[int, str], list[_Mark]] = {}  # of each opening of the database and each table


async def last(table: str) -> int:
    """The next statement sees every row that will ever have this id or a smaller one. 0 where too little is known yet. Not
    for a transaction that keeps to one instant."""
    wanted = found = 0
    for pause in LOOKS_AFTER:
        await asyncio.sleep(pause)
        newest, found = await _look(table)
        wanted = wanted or newest
        if found >= wanted:
            break
    return found


async def _look(table: str) -> tuple[int, int]:
    """The newest id that can be seen, and the last one that has settled."""
    marks = _marks.setdefault((database.opened(), table), [])
    before = list(marks)  # what another coroutine marks meanwhile was seen later than what is read here
    newest, writers = await _seen(table)
    for mark in before:
        mark.writers &= writers
        if mark.last > newest and mark in marks:  # the database was put back
            marks.remove(mark)
    if (len(marks) < MOST or not writers) and all(mark.last != newest for mark in marks):
        marks.append(_Mark(newest, writers))
    settled = max((mark.last for mark in marks if not mark.writers), default=0)
    marks[:] = [mark for mark in marks if mark.last >= settled]
    return newest, settled


async def _seen(table: str) -> tuple[int, frozenset[str]]:
    newest = f"SELECT COALESCE((SELECT MAX(id) FROM {table}), 0) AS newest"
    [row] = await database.rows(newest, f"{newest}, {_WRITERS.format(table=table)} AS writers")
    return int(row["newest"]), frozenset(row.get("writers", ()))
