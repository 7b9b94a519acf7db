"""The load: a number of connections, each with one request under way at a time."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from bench.measured import Measured, Turn, measure
from bench.speed import as_htmx
from bench.speed.browser import Browser

if TYPE_CHECKING:
    from bench.speed.stage import Card, Stage

AT_ONCE = 50  # Starts
DECK = 3  # cards of a page: the one it shows, and those behind it
QUEUE = "/c/meyer/actions/1/queue"
_sent: list[Card] = []  # by the taps of this process
_shows: dict[str, str] = {}  # cookie -> the mark of the volunteer's page, as its bar has it
_MARK = re.compile(rb'data-shows="([^"]*)"')


@contextlib.asynccontextmanager
async def _browsers(stage: Stage, number: int) -> AsyncIterator[list[Browser]]:
    opened = [await Browser.at(stage.url) for _ in range(number)]
    try:
        yield opened
    finally:
        for browser in opened:
            browser.close()
        stage.down += sum(browser.down for browser in opened)


async def taps(stage: Stage, connections: int, seconds: float) -> Measured:
    """Send, and one more card for the end of the page's deck. As htmx in a browser asks, with deck.js. A tree without a deck
    answers with the next card."""
    return await _presses(stage, connections, seconds, _tap)


async def clicks(stage: Stage, connections: int, seconds: float) -> Measured:
    """Send alone, as a browser without JavaScript asks: it is answered with a redirect."""
    return await _presses(stage, connections, seconds, _click)


Press = Callable[[Browser, "Stage", "Card", "list[Card]"], Awaitable[None]]  # and the cards after this one


async def _presses(stage: Stage, connections: int, seconds: float, press: Press) -> Measured:
    """Each connection is the browser of several volunteers in turn: no volunteer presses twice at once. A volunteer
    presses no more where no answer could bring a card for the end of their deck."""
    people = list(stage.by_volunteer().values())

    def turn_of(browser: Browser, volunteers: list[list[Card]]) -> Turn:
        async def next_press() -> bool:
            cards = next((pile for pile in volunteers if len(pile) > DECK), None)
            if cards is None:
                return False
            volunteers.remove(cards)
            volunteers.append(cards)
            _sent.append(cards.pop())
            await press(browser, stage, _sent[-1], cards)
            return True

        return next_press

    async with _browsers(stage, connections) as browsers:
        return await measure([turn_of(browser, people[n::connections]) for n, browser in enumerate(browsers)], seconds)


async def _tap(browser: Browser, stage: Stage, card: Card, after: list[Card]) -> None:
    headers = as_htmx.press(stage.url, QUEUE, card.cookie)
    answer = await browser.post(card.path, card.form | deck(after[:-3:-1], _shows.get(card.cookie, "")), headers)
    if answer.status == 303:
        answer = await browser.get(answer.location, as_htmx.follow(headers))
    assert answer.status == 200 and len(answer.body) > 500, (answer.status, answer.body[:300])
    _shows[card.cookie] = _now_shows(_shows.get(card.cookie, ""), answer.body)


def _now_shows(before: str, body: bytes) -> str:
    """The answer is read once for each volunteer; after it each tap counts one text more. Their first tap brings all, as that of
    a page whose bar shows something old."""
    if before:
        texted, _, rest = before.partition("-")
        return f"{int(texted) + 1}-{rest}"
    found = _MARK.search(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    return found[1].decode() if found else ""


def deck(ahead: list[Card], shows: str) -> dict[str, str]:
    """deck.js adds to the form the cards the page holds behind the one that is sent, and what the page shows. An older tree looks
    at no such fields."""
    return {"ahead": ",".join(str(card.keys["conversation"]) for card in ahead), "shows": shows}


async def _click(browser: Browser, stage: Stage, card: Card, after: list[Card]) -> None:
    answer = await browser.post(card.path, card.form, {"cookie": f"textbank_session={card.cookie}"})
    assert answer.status == 303, (answer.status, answer.body[:300])


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
    async with _browsers(stage, len(now)) as browsers:
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

    async with _browsers(stage, connections) as browsers:
        return await measure([twilio(browser) for browser in browsers], seconds)


async def threads(stage: Stage, connections: int, seconds: float) -> Measured:
    """The page of a conversation whose first text the taps sent."""
    return await _pages(stage, connections, seconds, lambda card: f"/c/meyer/threads/{card.keys['conversation']}")


async def inboxes(stage: Stage, connections: int, seconds: float) -> Measured:
    """All conversations of a volunteer whose first texts the taps sent."""
    return await _pages(stage, connections, seconds, lambda _: "/c/meyer/inbox?show=all")


async def _pages(stage: Stage, connections: int, seconds: float, path: Callable[[Card], str]) -> Measured:
    number = iter(range(10**9))

    def reader(browser: Browser) -> Turn:
        async def read() -> bool:
            card = _sent[next(number) % len(_sent)]
            headers = {"cookie": f"textbank_session={card.cookie}", "accept-encoding": "gzip"}
            answer = await browser.get(path(card), headers)
            assert answer.status == 200, (answer.status, answer.body[:300])
            return True

        return read

    async with _browsers(stage, connections) as browsers:
        return await measure([reader(browser) for browser in browsers], seconds)
