"""The deck where an answer fails, is lost, comes late or refuses (SPEC V4)."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.cast.pages.browsing import NARROW, PHONE, WIDE, OpenPage, Size
from tests.cast.pages.deck import MESSAGES, READY, Held, ahead, at_the_queue, counted, shown, texts_of
from tests.cast.pages.deck import bank as bank
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-deck-answers"), pytest.mark.timeout(240)]


@pytest.mark.parametrize("how", ["no answer", "an error", "a refusal of the form"])
async def test_a_press_that_failed_brings_its_card_back_and_says_so(bank: Bank, open_page: OpenPage, how: str) -> None:
    page = await at_the_queue(bank, await open_page(expected="409|422|FAILED|Failed to fetch|500|403"))
    first, before, sent = await shown(page), await counted(page), await texts_of(bank)
    words = await page.locator("#contact").inner_text()
    if how == "no answer":
        await page.route(MESSAGES, lambda route: route.abort())
    else:
        status = 500 if how == "an error" else 403
        await page.route(MESSAGES, lambda route: route.fulfill(status=status, body="<p>Refused</p>", headers=TOAST))
    await page.locator(READY).click()
    await expect(page.locator("#toasts > *").first).to_be_visible()
    assert (await shown(page), await counted(page), await ahead(page)) == (first, before, 2)
    await expect(page.locator("#spoken")).to_contain_text(words)
    await expect(page.locator("#send")).to_be_focused()
    await page.unroute(MESSAGES)
    await page.locator(READY).click()
    await expect(page.locator("#undo")).to_contain_text(words)
    await expect(page.locator(READY)).to_be_visible()
    assert await texts_of(bank) - sent == 1


TOAST = {"content-type": "text/html", "hx-retarget": "#toasts", "hx-reswap": "beforeend"}


async def test_an_answer_that_was_lost_sends_nobody_a_second_text(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page(expected="409|422|FAILED|Failed to fetch"))
    first, sent = await shown(page), await texts_of(bank)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(MESSAGES, lose, times=1)
    await page.locator(READY).click()
    await expect(page.get_by_text("no text is sent twice").first).to_be_visible()
    assert await shown(page) == first
    await page.locator(READY).click()
    await expect(page.locator("#main > [data-card]:not([hidden])")).not_to_have_attribute("data-card", first)
    await expect(page.locator(READY)).to_be_visible()
    assert await texts_of(bank) - sent == 1


@pytest.mark.parametrize("size", [NARROW, PHONE, WIDE], ids=["narrow", "phone", "wide"])
async def test_the_sentence_about_a_lost_answer_does_not_lie_on_undo(
    bank: Bank, open_page: OpenPage, size: Size
) -> None:
    """The text before can be taken back meanwhile, which is possible for seconds only."""
    page = await at_the_queue(bank, await open_page(expected="FAILED|Failed to fetch", viewport=size))
    await page.locator(READY).click()
    await expect(page.locator(READY)).to_be_visible()
    await page.route(MESSAGES, lambda route: route.abort(), times=1)
    await page.locator(READY).click()
    said = page.get_by_text("no text is sent twice").first
    await expect(said).to_be_visible()
    await page.get_by_role("button", name="Undo").click(trial=True)
    await expect(said).to_be_visible()


async def test_a_card_whose_answer_is_late_comes_back_until_it_is_there(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    first, held = await shown(page), await Held.on(page)
    await page.locator(READY).click()
    await expect(page.locator("#main > [data-card]:not([hidden])")).not_to_have_attribute("data-card", first)
    await expect(page.get_by_text("Still waiting for an answer.")).to_be_visible()
    assert await shown(page) == first
    await expect(page.locator("#send")).to_be_disabled()
    held.go.set()
    await expect(page.locator("#main > [data-card]:not([hidden])")).not_to_have_attribute("data-card", first)
    await page.locator(READY).click()
    await expect(page.locator("#ahead > div")).to_have_count(2)


async def test_a_refusal_that_comes_after_undo_is_said(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    await page.locator(READY).click()
    await expect(page.locator(READY)).to_be_visible()
    go = asyncio.Event()

    async def refuse(route: Route) -> None:
        await go.wait()
        await route.fulfill(status=409, body="<main id='main'></main>", content_type="text/html")

    await page.route(MESSAGES, refuse, times=1)
    await page.locator(READY).click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#queue-progress").get_by_text("Undone. The text was not sent.")).to_be_visible()
    go.set()
    await expect(page.get_by_text("The text before was not sent")).to_be_visible()
    await expect(page.locator(READY)).to_be_visible()


async def test_a_late_answer_after_news_leaves_a_card_on_the_page(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    held, fetched = await Held.on(page), asyncio.Event()
    await page.locator(READY).click()
    await expect(page.get_by_text("Still waiting for an answer.")).to_be_visible()
    before = await counted(page)

    async def hold(route: Route) -> None:
        await fetched.wait()
        await route.continue_()

    await page.route(re.compile("/queue$"), hold)
    await page.evaluate("document.getElementById('live').dispatchEvent(new Event('queue-changed'))")
    assert await ahead(page) == 0
    held.go.set()
    await expect(page.locator(".progress-label strong")).not_to_have_text(before)
    await shown(page)
    fetched.set()
    await expect(page.locator("#ahead > div")).to_have_count(2)
    await expect(page.locator(READY)).to_be_visible()
