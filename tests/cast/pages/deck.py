"""The deck of cards in a browser, as a volunteer has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast.pages.browsing import log_in, served
from tests.faults.bank import Bank

READY = "#send:not([data-unread], [aria-disabled])"
MESSAGES = re.compile(r"/queue/\d+/messages$")


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, postgres_of_module: str) -> AsyncIterator[Bank]:
    """One volunteer with one bucket for all tests, and time for Undo. No worker: texts wait. On PostgreSQL, where an answer
    brings only what changed; stories tap on SQLite."""
    folder = tmp_path_factory.mktemp("deck")
    async with served(folder, postgres_of_module, 60, worker=False, volunteers=1, bucket=60, undo=15) as made:
        yield made


async def at_the_queue(bank: Bank, page: Page) -> Page:
    """With cards behind the one that is shown."""
    await log_in(page, bank.seeded["emails"][0])
    await expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_url("**/queue")
    await expect(page.locator(READY)).to_be_visible()
    assert await ahead(page) == 2
    return page


async def ahead(page: Page) -> int:
    return await page.locator("#ahead > div").count()


async def shown(page: Page) -> str:
    """The card's conversation and hash. There is no other card to be seen."""
    cards = page.locator("#main > [data-card]:not([hidden])")
    await expect(cards).to_have_count(1)
    return await cards.get_attribute("data-card") or ""


async def counted(page: Page) -> str:
    return await page.locator(".progress-label strong").inner_text()


class Held:
    """Holds back the answer to the next press of Send, until ``go``."""

    def __init__(self) -> None:
        self.go, self.posts = asyncio.Event(), 0

    @classmethod
    async def on(cls, page: Page) -> Held:
        made = cls()
        await page.route(MESSAGES, made.hold)
        return made

    async def hold(self, route: Route) -> None:
        self.posts += 1
        answer = await route.fetch()
        await self.go.wait()
        await route.fulfill(response=answer)


async def texts_of(bank: Bank) -> int:
    return sum(n for kind, n in (await bank.look("texts")).items() if kind.startswith("out initial"))
