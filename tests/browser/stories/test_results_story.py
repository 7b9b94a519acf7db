"""Results followed live in a browser: a number moves by itself, tabs, a filter, the pictures, and a file (SPEC R1 to R5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, Size, log_in, look_at
from tests.faults.bank import Bank

RESULTS = "/c/meyer/admin/actions/1/results"
pytestmark = [pytest.mark.xdist_group("browser-results-story"), pytest.mark.timeout(240)]


async def number(page: Page, words: str, value: str) -> None:
    box = page.locator("dl.figures > div").filter(has=page.get_by_text(words, exact=True)).first
    await expect(box.locator("dd").first).to_have_text(value)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_an_organiser_follows_an_action_and_takes_the_rows_home(
    bank: Bank, open_page: OpenPage, size: Size
) -> None:
    page, before = await open_page(viewport=size), len(await bank.sent())
    await log_in(page, "selina@example.org")
    await page.goto(RESULTS)
    await number(page, "Initial Messages", str(before))
    await bank.click(5)
    await bank.all_taken(before + 5)
    await number(page, "Initial Messages", str(before + 5))  # nobody loaded the page again
    await expect(page.locator("#over-time ~ figure svg.chart rect").first).to_be_visible()

    await page.get_by_role("link", name=str(before + 5), exact=True).first.click()
    await expect(page.get_by_role("caption").filter(has_text=f"{before + 5} contacts")).to_be_visible()
    await page.go_back()

    await page.get_by_role("navigation", name="Results by").get_by_role("link", name="Users").click()
    await expect(page.locator("#matching")).to_have_text("1 user matches")
    if size is PHONE:
        await page.get_by_role("button", name="Filters").click()
    await page.get_by_label("How far they are in this action").select_option("Did not start")
    await page.get_by_role("button", name="Apply Filters").click()
    await expect(page.locator("#matching")).to_have_text("0 users match")
    assert "step=not_started" in page.url
    await page.get_by_role("link", name="Clear all").last.click()
    await page.get_by_role("button", name="Send Message").first.click()
    await expect(page.get_by_text("To 1 user")).to_be_visible()

    await page.goto(RESULTS)
    messages = page.get_by_role("region", name="Exporting").get_by_role("form", name="Messages", exact=True)
    await messages.get_by_role("button", name="CSV").click()
    link = page.get_by_role("link", name="Download").first
    await expect(link).to_be_visible()
    async with page.expect_download() as coming:
        await link.click()
    lines = Path(await (await coming.value).path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == before + 6  # the heading and a text a line

    for path in ("", "?wall", "/users", "/tags", "/fields", "/initial-scripts", "/response-scripts", "/errors"):
        assert await look_at(page, RESULTS + path) == []

    await page.goto(RESULTS + "?wall")
    cut_off = (
        "found => found.filter(one => { one.textContent = '1,234,567'; return one.scrollWidth > one.clientWidth })"
    )
    numbers = page.locator(".figures dd:first-of-type")
    assert await numbers.evaluate_all(f"found => ({cut_off})(found).length") == 0

    await page.goto(RESULTS)
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.locator("#over-time ~ figure svg.chart rect").first).to_be_visible()
    for gone in (page.locator(".masthead"), page.get_by_role("navigation", name="Results by")):
        await expect(gone).to_be_hidden()
    await expect(page.locator("html")).to_have_css("background-color", "rgb(250, 247, 239)")  # paper, not night


MENU = ["Contacts", "Reassign Contacts", "Return unsent contacts", "Start a follow-up action", "Send"]
MENU += ["What carriers do", "Export", "For a wall", "Copy", "Archive"]


async def test_the_head_of_results_is_calm_and_reaches_everything_without_javascript(
    bank: Bank, open_page: OpenPage
) -> None:
    page = await open_page(viewport=PHONE, java_script_enabled=False)
    await log_in(page, "selina@example.org")
    await page.goto(RESULTS)
    head = page.locator(".page-head")
    assert await head.get_by_role("button").all_inner_texts() == ["Pause", "More"]
    assert await head.get_by_role("link").all_inner_texts() == ["Peer to Peer", "Edit"]
    await head.get_by_role("button", name="More").click()
    for words in MENU:
        await expect(page.locator("#more").get_by_text(words, exact=True)).to_be_visible()
    await page.locator("#more").get_by_text("For a wall").click()
    await page.wait_for_url("**?wall")
