"""Load: so many connections, each with one request under way at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.browser import Browser

if TYPE_CHECKING:
    from bench.stage import Card, Stage

AT_ONCE = 50
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


@contextlib.asynccontextmanager
async def _browsers(url: str, number: int) -> AsyncIterator[list[Browser]]:
    opened = [await Browser.at(url) for _ in range(number)]
    try:
        yield opened
    finally:
        for browser in opened:
            browser.close()


async def clicks(stage: Stage, connections: int, seconds: float, with_next_card: bool = False) -> Measured:
    """Each connection is the browser of some volunteers, one after the other: nobody clicks twice at once."""
    async with _browsers(stage.url, connections) as browsers:

        async def click(browser: Browser, card: Card) -> None:
            headers = {"cookie": f"textbank_session={card.cookie}", "hx-request": "true", "hx-request-type": "partial"}
            answer = await browser.post(card.path, card.form, headers)
            assert answer.status == 303, (answer.status, answer.body[:300])
            if with_next_card:
                answer = await browser.get(answer.location, headers)
                assert answer.status == 200 and b"client_message_id" in answer.body

        def volunteers(browser: Browser, mine: list[list[Card]]) -> Turn:
            async def next_click() -> bool:
                mine.append(mine.pop(0))
                if mine[0]:
                    await click(browser, mine[0].pop())
                return bool(mine[0])

            return next_click

        people = list(stage.by_volunteer().values())
        return await measure([volunteers(b, people[n::connections]) for n, b in enumerate(browsers)], seconds)


async def taps(stage: Stage, connections: int, seconds: float) -> Measured:
    """What a volunteer waits for: the click, and the next card."""
    return await clicks(stage, connections, seconds, with_next_card=True)


async def starts(stage: Stage) -> Measured:
    """The next fifty volunteers, who have the action's page open, press Start at the same moment, once each. The tail is
    the 95th percentile: fifty have no 99th."""
    took: list[float] = []

    async def start(browser: Browser, cookie: str) -> None:
        began = time.perf_counter()
        answer = await browser.post("/c/meyer/actions/1/buckets", {}, {"cookie": f"textbank_session={cookie}"})
        took.append(time.perf_counter() - began)
        assert answer.status == 303, (answer.status, answer.body[:300])

    now, stage.starters = stage.starters[:AT_ONCE], stage.starters[AT_ONCE:]
    async with _browsers(stage.url, len(now)) as browsers:
        began = time.perf_counter()
        await asyncio.gather(*map(start, browsers, now))
        elapsed = time.perf_counter() - began
    took.sort()
    return Measured(len(took) / elapsed, 1000 * took[len(took) // 2], 1000 * took[int(len(took) * 0.95)])


async def replies(stage: Stage, connections: int, seconds: float) -> Measured:
    """From people who were texted, each to the thread of the text they answer."""
    number = iter(range(10**9))

    def twilio(browser: Browser) -> Turn:
        async def reply() -> bool:
            path, form, signature = stage.reply(next(number))
            answer = await browser.post(path, form, {"x-twilio-signature": signature})
            assert answer.status == 200, answer.status
            return True

        return reply

    async with _browsers(stage.url, connections) as browsers:
        return await measure([twilio(browser) for browser in browsers], seconds)
