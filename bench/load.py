"""Load: so many connections, each with one request under way at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from bench.stage import Card, Stage

Turn = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Measured:
    per_second: float
    p50: float
    p99: float


async def measure(turns: Sequence[Turn], seconds: float) -> Measured:
    """Each turn again and again until the time is over; one that gives False has nothing left to do."""
    took: list[float] = []
    began = time.perf_counter()

    async def keep_on(turn: Turn) -> None:
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            if not await turn():
                return
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(keep_on(turn) for turn in turns))
    elapsed = time.perf_counter() - began
    took.sort()
    return Measured(len(took) / elapsed, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.99)])


async def clicks(stage: Stage, connections: int, seconds: float) -> Measured:
    """Each connection is the browser of some volunteers, one after the other: nobody clicks twice at once."""
    async with aiohttp.ClientSession(stage.url, connector=aiohttp.TCPConnector(limit=connections)) as session:

        def volunteers(mine: list[list[Card]]) -> Turn:
            async def click() -> bool:
                mine.append(mine.pop(0))
                if not mine[0]:
                    return False
                card = mine[0].pop()
                headers = {"cookie": f"textbank_session={card.cookie}"}
                async with session.post(card.path, data=card.form, headers=headers, allow_redirects=False) as answer:
                    assert answer.status == 303, (answer.status, (await answer.text())[:300])
                return True

            return click

        people = list(stage.by_volunteer().values())
        return await measure([volunteers(people[n::connections]) for n in range(connections)], seconds)


async def replies(stage: Stage, connections: int, seconds: float) -> Measured:
    """From people who were texted, each to the thread of the text they answer."""
    async with aiohttp.ClientSession(stage.url, connector=aiohttp.TCPConnector(limit=connections)) as session:
        number = iter(range(10**9))

        async def reply() -> bool:
            path, form, signature = stage.reply(next(number))
            async with session.post(path, data=form, headers={"X-Twilio-Signature": signature}) as answer:
                assert answer.status == 200, answer.status
            return True

        return await measure([reply] * connections, seconds)
