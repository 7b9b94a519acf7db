"""A measurement: turns taken again and again for some seconds, and how long each took."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

Turn = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Measured:
    """``p50`` and ``tail`` in milliseconds; ``tail`` is the 99th percentile where nothing else is said."""

    per_second: float
    p50: float
    tail: float
    turns: int

    @classmethod
    def of(cls, took: list[float], elapsed: float, tail: float = 0.99) -> Measured:
        """``took``: the seconds of each turn."""
        assert took, "Nothing was left to do: ask for more --contacts or fewer --seconds."
        ordered = sorted(took)
        p50, slow = ordered[len(ordered) // 2], ordered[int(len(ordered) * tail)]
        return cls(len(ordered) / elapsed, 1000 * p50, 1000 * slow, len(ordered))


async def measure(turns: Sequence[Turn], seconds: float) -> Measured:
    """Takes all turns side by side, each again and again. A turn that gives False has nothing left to do: all end then, since
    fewer at once would be another load."""
    took: list[float] = []
    began = time.perf_counter()
    until = began + seconds

    async def keep_on(turn: Turn) -> None:
        nonlocal until
        while (start := time.perf_counter()) < until:
            if await turn():
                took.append(time.perf_counter() - start)
            else:
                until = start

    await asyncio.gather(*(keep_on(turn) for turn in turns))
    return Measured.of(took, time.perf_counter() - began)


async def median_ms(work: Callable[[], Awaitable[Any]]) -> float:
    """Of nine runs, in milliseconds; one before them is not counted."""
    await work()
    took = []
    for _ in range(9):
        began = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)
