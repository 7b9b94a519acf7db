"""A volunteer's page after taps on a bad line and beside another tab is the page that is loaded anew (SPEC V4)."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast.pages.browsing import OpenPage
from tests.cast.pages.deck import MESSAGES, READY, at_the_queue
from tests.cast.pages.deck import bank as bank
from tests.faults.bank import SEED, Bank

pytestmark = [pytest.mark.xdist_group("browser-deck-walk"), pytest.mark.timeout(400)]
QUEUE, CANCELLATION = re.compile("/queue(\\?|$)"), re.compile("/cancellation$")

# All that a page shows; the seconds left for Undo, and the ids of presses, are others each time
SHOWN = """() => {
  const text = (one) => one?.textContent.trim().replace(/\\s+/g, " ") ?? "";
  const all = (of) => [...document.querySelectorAll(of)];
  const ids = all("[id]").map((one) => one.id);
  return {
    title: document.title,
    texts: ["#counter", "#later"].map((of) => text(document.querySelector(of))),
    bar: ["value", "max", "data-shows", "aria-label"].map((name) => document.getElementById("bar").getAttribute(name)),
    undo: document.getElementById("undo").getAttribute("action"),
    sent: all("#sent > li").filter((one) => getComputedStyle(one).display !== "none").map(text),
    cards: all("#main > [data-card]:not([hidden]), #ahead [data-card]").map((one) => one.dataset.card),
    twice: ids.filter((id, n) => ids.indexOf(id) !== n),
  };
}"""


class Walk:
    """``moved``: another tab texted somebody of this page's deck, which learns of it at that card, or has another deck."""

    def __init__(self, page: Page, other: Page, fresh: Page) -> None:
        self.page, self.other, self.fresh, self.moved = page, other, fresh, False

    async def tap(self) -> None:
        before = await self.page.locator("#undo").get_attribute("action") or ""
        async with self.page.expect_response(MESSAGES) as answered:
            await self.page.locator(READY).click()
        answer = await answered.value
        if answer.status != 409:
            await expect(self.page.locator("#undo")).to_have_attribute("action", CANCELLATION)
            await expect(self.page.locator("#undo")).not_to_have_attribute("action", before)
        await expect(self.page.locator(READY)).to_be_visible()
        self.moved = self.moved and answer.status != 409
        await self.as_if_loaded_anew()

    async def as_if_loaded_anew(self) -> None:
        await self.fresh.goto(self.page.url)
        await expect(self.fresh.locator(READY)).to_be_visible()
        ours, anew = await self.page.evaluate(SHOWN), await self.fresh.evaluate(SHOWN)
        assert _but_cards(ours) == _but_cards(anew)
        assert self.moved or ours["cards"] == anew["cards"]
        assert ours["twice"] == []

    async def is_cut_off(self) -> None:
        await self._without_answer(lambda route: route.abort())

    async def loses_an_answer(self) -> None:
        async def lose(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await self._without_answer(lose)
        self.moved = True

    async def _without_answer(self, how: Any) -> None:
        await self.page.route(MESSAGES, how, times=1)
        async with self.page.expect_event("requestfailed"):
            await self.page.locator(READY).click()
        await expect(self.page.locator(READY)).to_be_visible()

    async def takes_back(self) -> None:
        async with self.page.expect_response(CANCELLATION):
            await self.page.get_by_role("button", name="Undo").click()
        await self._whole()

    async def skips(self) -> None:
        async with self.page.expect_response(QUEUE):
            await self.page.locator("#skip").click()
        await self._whole()

    async def hears_news(self) -> None:
        async with self.page.expect_response(QUEUE):
            await self.page.evaluate("document.getElementById('live').dispatchEvent(new Event('queue-changed'))")
        await self._whole()

    async def _whole(self) -> None:
        await expect(self.page.locator("#ahead > div")).to_have_count(2)
        await expect(self.page.locator(READY)).to_be_visible()
        self.moved = False

    async def goes_and_comes_back(self) -> None:
        await self.page.goto("/c/meyer/inbox")
        await self.page.go_back()
        await expect(self.page.locator(READY)).to_be_visible()

    async def texts_in_another_tab(self) -> None:
        await self.other.goto(self.page.url)
        async with self.other.expect_response(MESSAGES):
            await self.other.locator(READY).click()
        self.moved = True

    async def takes_back_in_another_tab(self) -> None:
        """The text that this page sent last."""
        await self.other.goto(self.page.url)
        self.moved = True
        async with self.other.expect_response(CANCELLATION):
            await self.other.get_by_role("button", name="Undo").click()


def _but_cards(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "cards"}


async def test_after_each_tap_of_a_walk_the_page_is_as_one_that_is_loaded_anew(bank: Bank, open_page: OpenPage) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    page = await at_the_queue(bank, await open_page(expected="409|422|FAILED|Failed to fetch"))
    walk = Walk(page, await page.context.new_page(), await page.context.new_page())
    steps = [
        walk.is_cut_off,
        walk.loses_an_answer,
        walk.takes_back,
        walk.skips,
        walk.hears_news,
        walk.goes_and_comes_back,
        walk.texts_in_another_tab,
        walk.takes_back_in_another_tab,
    ]
    random.Random(SEED).shuffle(steps)
    for step in steps:
        await walk.tap()
        await step()
        await walk.tap()
