"""A reader of a table by its ids passes no row by, whatever order transactions end in (SPEC B6)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from tests.cast import MORNING, Cast
from tests.cast.database.moments import held_open
from webapp import database
from webapp.database import settled, transaction
from webapp.models.opt_outs.opt_out import OptOut

pytestmark = pytest.mark.both
WRITERS, EACH = 6, 12


def opting_out(cast: Cast, n: int) -> Callable[[], Awaitable[OptOut]]:
    return lambda: OptOut.create(campaign=cast.meyer, phone=f"+1412555{n:04}", source="admin", at=MORNING)


async def read_on(cursor: int, last: Callable[[str], Awaitable[int]]) -> tuple[list[int], int]:
    through = await last("opt_out")
    rows = await database.query(
        "SELECT id FROM opt_out WHERE id > ? AND id <= ? ORDER BY id", cursor, max(cursor, through)
    )
    return [row["id"] for row in rows], max(cursor, through)


async def followed(cast: Cast, last: Callable[[str], Awaitable[int]]) -> tuple[list[int], list[int]]:
    """The rows that a reader got while transactions of all lengths wrote; and the rows that are there."""
    dice, over, got, cursor = random.Random(7), asyncio.Event(), list[int](), 0

    async def write(writer: int) -> None:
        for n in range(EACH):
            pauses = [dice.random() / 100 for _ in range(2)]

            async def body(number: int = writer * EACH + n, pauses: list[float] = pauses) -> None:
                await opting_out(cast, number)()
                await asyncio.sleep(pauses[0])
                if number % 7 == 0:
                    raise ZeroDivisionError
                await opting_out(cast, 5000 + number)()
                await asyncio.sleep(pauses[1])

            await asyncio.gather(transaction(body), return_exceptions=True)

    async def read() -> None:
        nonlocal cursor
        ending = False
        while not ending:
            ending = over.is_set()
            rows, cursor = await read_on(cursor, last)
            got.extend(rows)
            await asyncio.sleep(0)

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(n) for n in range(WRITERS)))
    over.set()
    await reading
    rows = await database.query("SELECT id FROM opt_out ORDER BY id")
    return got, [row["id"] for row in rows]


async def test_a_reader_gets_each_row_once_whatever_order_they_are_committed_in(cast: Cast) -> None:
    got, there = await followed(cast, settled.last)
    assert got == there and len(there) > WRITERS * EACH


@pytest.mark.postgres
async def test_one_that_goes_by_the_newest_id_alone_passes_rows_by(cast: Cast) -> None:
    """The control: SQLite has one writer at a time, so it can't happen there."""

    async def newest(table: str) -> int:
        [row] = await database.query(f"SELECT COALESCE(MAX(id), 0) AS last FROM {table}")
        return int(row["last"])

    got, there = await followed(cast, newest)
    assert len(got) < len(there)


@pytest.mark.postgres
async def test_long_transactions_one_over_the_other_hold_up_only_what_came_after_each(cast: Cast) -> None:
    await transaction(opting_out(cast, 1))
    first = await settled.last("opt_out")
    async with held_open(opting_out(cast, 2)):
        await transaction(opting_out(cast, 3))
        assert await settled.last("opt_out") == first
        long = held_open(opting_out(cast, 4))
        await long.__aenter__()
    try:
        assert await settled.last("opt_out") == first + 2, "whoever began later has a greater id and is not waited for"
    finally:
        await long.__aexit__(None, None, None)
    assert await settled.last("opt_out") == first + 3


@pytest.mark.postgres
async def test_nothing_is_given_in_a_process_that_has_just_begun_until_a_long_transaction_is_over(cast: Cast) -> None:
    async with held_open(opting_out(cast, 1)):
        await transaction(opting_out(cast, 2))
        for _ in range(settled.MOST):
            assert await settled.last("opt_out") == 0
    assert await settled.last("opt_out") > 0


@pytest.mark.postgres
async def test_a_database_that_was_put_back_is_learnt_anew(cast: Cast) -> None:
    """Its ids start again: what settled before says nothing of them."""
    await transaction(opting_out(cast, 0))
    kept = await settled.last("opt_out")
    for n in range(1, 4):
        await transaction(opting_out(cast, n))
    await settled.last("opt_out")
    guards_off = "SET LOCAL session_replication_role = replica"
    back = (guards_off, f"DELETE FROM opt_out WHERE id > {kept}", f"SELECT setval('opt_out_id_seq', {kept})")

    async def put_back() -> None:
        for statement in back:
            await database.rows(statement)

    await transaction(put_back)
    assert await settled.last("opt_out") == kept
    async with held_open(opting_out(cast, 5)):
        await transaction(opting_out(cast, 6))
        assert await settled.last("opt_out") == kept
