"""The deck of cards in a real browser: the next card is there before the answer, and nothing is claimed too early (SPEC V4)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast.pages.browsing import NARROW, OpenPage, log_in, served
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(240)]
READY = "#send:not([data-unread], [aria-disabled])"
MESSAGES = re.compile(r"/queue/\d+/messages$")


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Bank]:
    """One volunteer with one bucket for all tests, and time for Undo. No worker: texts wait."""
    folder = tmp_path_factory.mktemp("deck")
    async with served(folder, sqlite_template, 60, worker=False, volunteers=1, bucket=60, undo=15) as made:
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


async def test_the_next_card_is_there_before_the_answer_which_brings_the_rest(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    first, second = await shown(page), await page.locator("#ahead [data-card]").first.get_attribute("data-card")
    name, before, held = await page.locator("#contact").inner_text(), await counted(page), await Held.on(page)
    await page.locator(READY).click()
    await expect(page.locator("#main > [data-card]:not([hidden])")).to_have_attribute("data-card", second or "")
    await expect(page.locator("#spoken")).to_contain_text(await page.locator("#contact").inner_text())
    await expect(page.locator("#send")).to_be_focused()
    assert await counted(page) == before and name not in await page.locator("#undo").inner_text()
    assert (await ahead(page), second != first) == (1, True), "nothing is claimed before the answer"
    held.go.set()
    await expect(page.locator(".progress-label strong")).to_have_text(f"{int(before.split()[0]) + 1} of 60")
    await expect(page.locator("#undo")).to_contain_text(name)
    await expect(page.locator("#ahead > div")).to_have_count(2)
    assert await shown(page) == second, "the card on the screen stays where it is"
    await expect(page).to_have_title(re.compile(f"^{int(before.split()[0]) + 1} / 60"))
    await expect(page.locator("#send")).to_be_focused()


async def test_no_other_card_is_sent_or_skipped_before_the_answer(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    before, held = await texts_of(bank), await Held.on(page)
    await page.locator(READY).click()
    await expect(page.locator("#send:not([data-unread])")).to_have_attribute("aria-disabled", "true")
    second = await shown(page)
    await page.locator("#send").click(force=True)
    await page.locator("#skip").click(force=True)
    await page.locator("#send").press("Enter")
    assert (held.posts, await shown(page)) == (1, second)
    held.go.set()
    await page.locator(READY).click()
    await expect(page.locator("#main > [data-card]:not([hidden])")).not_to_have_attribute("data-card", second)
    await expect(page.locator(READY)).to_be_visible()
    assert await texts_of(bank) - before == 2


async def test_a_double_tap_does_not_send_the_card_that_came_up(bank: Bank, open_page: OpenPage) -> None:
    """Nor does a key that is held down."""
    page = await at_the_queue(bank, await open_page())
    before, second = await texts_of(bank), await page.locator("#ahead [data-card]").first.get_attribute("data-card")
    await page.locator(READY).dblclick()
    await expect(page.locator(READY)).to_be_visible()
    assert (await shown(page), await texts_of(bank) - before) == (second, 1)
    await page.locator(READY).focus()
    await page.keyboard.down("Enter")
    for _ in range(30):
        await page.keyboard.down("Enter")  # each repeats the key
        await page.wait_for_timeout(30)
    await page.keyboard.up("Enter")
    assert await texts_of(bank) - before == 2


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


async def test_undo_brings_the_card_back_with_the_deck_behind_it(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page())
    first, sent = await shown(page), await texts_of(bank)
    await page.locator(READY).click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#queue-progress").get_by_text("Undone. The text was not sent.")).to_be_visible()
    assert (await shown(page), await ahead(page)) == (first, 2)
    await page.locator(READY).click()
    await expect(page.locator("#queue-progress").get_by_text("Undone. The text was not sent.")).to_be_hidden()
    assert await texts_of(bank) - sent == 2, "one of them is cancelled"


async def test_undo_of_the_text_before_is_open_while_an_answer_is_awaited(bank: Bank, open_page: OpenPage) -> None:
    """Its page is made anew when the answer is there at last."""
    page = await at_the_queue(bank, await open_page())
    first = await shown(page)
    await page.locator(READY).click()
    await expect(page.locator(READY)).to_be_visible()
    before, held = await counted(page), await Held.on(page)
    await page.locator(READY).click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#queue-progress").get_by_text("Undone. The text was not sent.")).to_be_visible()
    assert await shown(page) == first
    async with page.expect_response(re.compile("/queue$")):
        held.go.set()
    await expect(page.locator(READY)).to_be_visible()
    assert (await counted(page), await ahead(page), await shown(page)) == (before, 2, first)


async def test_the_focus_stays_on_skip_when_the_answer_comes(bank: Bank, open_page: OpenPage) -> None:
    """Else a key pressed to skip this card would send it."""
    page = await at_the_queue(bank, await open_page())
    before, held = await counted(page), await Held.on(page)
    await page.locator(READY).click()
    await expect(page.locator("#send:not([data-unread])")).to_be_focused()
    await page.locator("#skip").focus()
    held.go.set()
    await expect(page.locator(".progress-label strong")).not_to_have_text(before)
    await expect(page.locator(READY)).to_be_visible()
    await expect(page.locator("#skip")).to_be_focused()


async def test_a_key_pressed_for_an_undo_that_is_gone_sends_nothing(bank: Bank, open_page: OpenPage) -> None:
    """The focus goes from it to Send, which takes no press for a moment."""
    page = await at_the_queue(bank, await open_page())
    await page.locator(READY).click()
    await expect(page.locator(READY)).to_be_visible()
    before, held = await counted(page), await Held.on(page)
    await page.locator(READY).click()
    await expect(page.locator("#send:not([data-unread])")).to_be_focused()
    await page.get_by_role("button", name="Undo").focus()
    await page.evaluate(
        "document.addEventListener('htmx:after:swap', () => {"
        " window.guarded ||= document.getElementById('send').dataset.unread !== undefined; })"
    )
    held.go.set()
    await expect(page.locator(".progress-label strong")).not_to_have_text(before)
    await expect(page.locator("#send")).to_be_focused()
    await expect(page.locator(READY)).to_be_visible()
    assert await page.evaluate("window.guarded")


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


async def test_a_deck_is_gone_at_once_when_the_action_is_paused(bank: Bank, open_page: OpenPage) -> None:
    page, office = await at_the_queue(bank, await open_page()), await open_page(viewport={"width": 1280, "height": 900})
    await log_in(office, "selina@example.org")
    await office.goto("/c/meyer/admin/actions/1/results")
    await office.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("This action is paused.")).to_be_visible()
    assert await ahead(page) == 0
    await expect(page.locator("#send")).to_be_disabled()
    await office.get_by_role("button", name="Resume").click()
    await expect(page.locator(READY)).to_be_visible(timeout=5_000)
    assert await ahead(page) == 2


async def test_a_deck_on_a_narrow_phone_shows_one_card_and_fits(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page(viewport=NARROW))
    held = await Held.on(page)
    await page.locator(READY).click()
    await shown(page)
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    await expect(page.get_by_role("button", name="Send")).to_have_count(1)
    held.go.set()
    await expect(page.locator(READY)).to_be_visible()
