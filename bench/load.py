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


async def clicks(stage: Stage, connections: int, seconds: float, with_next_card: bool = False) -> Measured:
    """Each connection is the browser of some volunteers, one after the other: nobody clicks twice at once."""
    async with aiohttp.ClientSession(stage.url, connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def click(card: Card) -> None:
            headers = {"cookie": f"textbank_session={card.cookie}", "hx-request": "true", "hx-request-type": "partial"}
            async with session.post(card.path, data=card.form, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 303, (answer.status, (await answer.text())[:300])
                then = answer.headers["location"]
            if with_next_card:
                async with session.get(then, headers=headers, allow_redirects=False) as answer:
                    assert answer.status == 200 and "client_message_id" in await answer.text()

        def volunteers(mine: list[list[Card]]) -> Turn:
            async def next_click() -> bool:
                mine.append(mine.pop(0))
                if mine[0]:
                    await click(mine[0].pop())
                return bool(mine[0])

            return next_click

        people = list(stage.by_volunteer().values())
        return await measure([volunteers(people[n::connections]) for n in range(connections)], seconds)


async def taps(stage: Stage, connections: int, seconds: float) -> Measured:
    """What a volunteer waits for: the click, and the next card."""
    return await clicks(stage, connections, seconds, with_next_card=True)


async def starts(stage: Stage) -> Measured:
    """Fifty volunteers press Start at the same moment, once each."""
    took: list[float] = []

    async def start(cookie: str) -> None:
        began = time.perf_counter()
        headers = {"cookie": f"textbank_session={cookie}"}
        async with (
            aiohttp.ClientSession(stage.url) as session,
            session.post("/c/meyer/actions/1/buckets", headers=headers, allow_redirects=False) as answer,
        ):
            assert answer.status == 303, (answer.status, (await answer.text())[:300])
        took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(start(cookie) for cookie in stage.starters))
    elapsed = time.perf_counter() - began
    took.sort()
    return Measured(len(took) / elapsed, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.95)])


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
