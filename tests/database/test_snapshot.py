"""Figures that are compared are read at one instant."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest

from tests.cast import Cast
from webapp import clock, database
from webapp.models.accounts.mail import Mail


async def letters() -> int:
    [row] = await database.query("SELECT COUNT(*) AS n FROM mail")
    return int(row["n"])


async def write_one() -> None:
    letter = Mail(to="amy@example.org", subject="Hello", text="Hello", created_at=clock.now())
    await database.transaction(letter.save)


@pytest.mark.both
async def test_a_snapshot_does_not_see_what_is_written_meanwhile(cast: Cast) -> None:
    outside: Any = contextvars.copy_context()

    async def twice() -> tuple[int, int]:
        before = await letters()
        await asyncio.create_task(write_one(), context=outside)
        return before, await letters()

    before, after = await database.snapshot(twice)
    assert (before, after, await letters()) == (0, 0, 1)


@pytest.mark.both
async def test_a_snapshot_that_failed_leaves_the_next_reading_a_fresh_one(cast: Cast) -> None:
    async def fails() -> None:
        await letters()
        raise ValueError

    with pytest.raises(ValueError):
        await database.snapshot(fails)
    await write_one()
    assert await letters() == 1
