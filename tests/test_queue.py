"""Nudges to workers: one where one is enough, never the only thing a text depends on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from arq.connections import ArqRedis

from webapp import clock, queue
from webapp.config import Settings

Waiting = Callable[[], Awaitable[int]]


@pytest.fixture
async def waiting(settings: Settings) -> AsyncIterator[Waiting]:
    """How many nudges wait."""
    await queue.close()
    await queue.pool().delete("arq:queue")

    async def count() -> int:
        return int(await queue.pool().zcard("arq:queue"))

    yield count
    await queue.close()


async def test_clicks_whose_undo_ends_in_the_same_second_are_one_nudge(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = 1000.05
    monkeypatch.setattr(clock, "steady", lambda: steady)
    for _ in range(5):
        await queue.drain_when_due(7, 5)
    assert await waiting() == 1
    steady = 1001.05
    await queue.drain_when_due(7, 5)
    await queue.drain_when_due(8, 5)
    assert await waiting() == 3


async def test_a_nudge_that_was_lost_is_not_counted_on(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "steady", lambda: 1000.05)
    monkeypatch.setattr(queue, "pool", lost)
    await queue.drain_when_due(7, 5)
    monkeypatch.undo()
    monkeypatch.setattr(clock, "steady", lambda: 1000.05)
    await queue.drain_when_due(7, 5)
    assert await waiting() == 1


def lost() -> ArqRedis:
    raise ConnectionError("no Valkey")
