"""The deck of cards in a real browser: the next card is there before the answer, and nothing is claimed too early (SPEC V4)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.cast.pages.browsing import NARROW, OpenPage, log_in
from tests.cast.pages.deck import READY, Held, ahead, at_the_queue, counted, shown, texts_of
from tests.cast.pages.deck import bank as bank
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-deck"), pytest.mark.timeout(240)]


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
    await expect(page.locator("#sent > li:not(.none)").first).to_contain_text(name)
    await expect(page.locator("#ahead > div")).to_have_count(2)
    assert await shown(page) == second, "the card on the screen stays where it is"
    await expect(page).to_have_title(re.compile(f"^{int(before.split()[0]) + 1} / 60"))
    await expect(page.locator("#send")).to_be_focused()


async def test_the_texts_just_sent_are_the_newest_seven(bank: Bank, open_page: OpenPage) -> None:
    """Each answer brings one; the page has those before it, also the ones that it was loaded with."""
    page = await at_the_queue(bank, await open_page())
    names: list[str] = []
    for n in range(9):
        names.insert(0, await page.locator("#contact").inner_text())
        await page.locator(READY).click()
        await expect(page.locator("#undo")).to_contain_text(names[0])
        if n == 3:
            await page.reload()
            await expect(page.locator(READY)).to_be_visible()
    seen = page.locator("#sent > li:visible .name")
    await expect(seen).to_have_count(7)
    assert [text.partition(",")[0] for text in await seen.all_inner_texts()] == names[:7]
    await expect(page.get_by_text("Texts you send are listed here.")).to_be_hidden()


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
    """Its page is made again when the answer is there at last."""
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
    await expect(page.locator("#ahead > div")).to_have_count(2)


async def test_a_deck_on_a_narrow_phone_shows_one_card_and_fits(bank: Bank, open_page: OpenPage) -> None:
    page = await at_the_queue(bank, await open_page(viewport=NARROW))
    held = await Held.on(page)
    await page.locator(READY).click()
    await shown(page)
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    await expect(page.get_by_role("button", name="Send")).to_have_count(1)
    held.go.set()
    await expect(page.locator(READY)).to_be_visible()
