"""The load: a number of connections, each with one request under way at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from bench.measured import Measured, Turn, measure
from bench.speed.browser import Browser
from bench.speed.stage import Card, Stage

AT_ONCE = 50  # Starts


@contextlib.asynccontextmanager
async def _browsers(url: str, number: int) -> AsyncIterator[list[Browser]]:
    opened = [await Browser.at(url) for _ in range(number)]
    try:
        yield opened
    finally:
        for browser in opened:
            browser.close()


async def clicks(stage: Stage, connections: int, seconds: float, with_next_card: bool = False) -> Measured:
    """Each connection is the browser of several volunteers in turn: no volunteer clicks twice at once."""
    people = list(stage.by_volunteer().values())
    async with _browsers(stage.url, connections) as browsers:
        turns = [_clicks_of(browser, people[n::connections], with_next_card) for n, browser in enumerate(browsers)]
        return await measure(turns, seconds)


def _clicks_of(browser: Browser, volunteers: list[list[Card]], with_next_card: bool) -> Turn:
    kept = 1 if with_next_card else 0  # after the last card there is no next one

    async def next_click() -> bool:
        volunteers.append(volunteers.pop(0))
        if len(volunteers[0]) <= kept:
            return False
        await _click(browser, volunteers[0].pop(), with_next_card)
        return True

    return next_click


async def _click(browser: Browser, card: Card, with_next_card: bool) -> None:
    headers = {"cookie": f"textbank_session={card.cookie}", "hx-request": "true", "hx-request-type": "partial"}
    answer = await browser.post(card.path, card.form, headers)
    assert answer.status == 303, (answer.status, answer.body[:300])
    if with_next_card:
        answer = await browser.get(answer.location, headers)
        assert answer.status == 200 and b"client_message_id" in answer.body


async def taps(stage: Stage, connections: int, seconds: float) -> Measured:
    """A click and the next card: a volunteer waits for both."""
    return await clicks(stage, connections, seconds, with_next_card=True)


async def starts(stage: Stage) -> Measured:
    """The next fifty volunteers press Start at the same moment, once each. The tail is the 95th percentile: fifty have no
    99th."""
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
        return Measured.of(took, time.perf_counter() - began, tail=0.95)


async def replies(stage: Stage, connections: int, seconds: float) -> Measured:
    """Signed webhooks of people who were texted, each into the thread of the text they answer."""
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
