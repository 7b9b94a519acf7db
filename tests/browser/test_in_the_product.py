"""A new volunteer practises on a phone and reads the help; an admin finds things by one key (SPEC H1, H2, H5)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, log_in, look_at
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-in-the-product"), pytest.mark.timeout(240)]


async def test_practice_help_and_the_key_for_search(bank: Bank, open_page: OpenPage) -> None:
    amy = await open_page()
    await log_in(amy, bank.seeded["emails"][0])
    await amy.goto("/c/meyer/practice")
    await amy.get_by_role("button", name="Start").click()
    await expect(amy.get_by_text("Nobody here is real, and nothing is sent.")).to_be_visible()
    for name in ("Dana", "Marcus", "Pat", "Gloria"):
        await expect(amy.get_by_role("heading", name=name)).to_be_visible()
        await amy.locator("#send:not([data-unread])").click()
        await expect(amy.get_by_role("heading", name=name)).to_be_hidden()
    await amy.goto("/c/meyer/practice/inbox?show=all")
    await amy.get_by_role("link", name="Dana").click()
    await amy.get_by_role("link", name="Follow Up").click()
    await amy.get_by_text("Has a plan").click()
    await amy.get_by_role("button", name="Send").click()
    await expect(amy.get_by_text("After work, around six. Thanks for asking!", exact=True)).to_be_visible()
    assert await look_at(amy, "/c/meyer/practice/threads/1") == []
    await amy.get_by_role("link", name="Help with this page").click()
    await expect(amy.get_by_role("heading", name="A conversation")).to_be_visible()
    assert await bank.sent() == [], "no text was made"

    office = await open_page(viewport=WIDE)
    await log_in(office, "selina@example.org")
    await office.goto("/c/meyer/admin/contacts")
    await office.locator("#q").press("/")
    await expect(office.locator("#q")).to_have_value("/")
    await office.locator("h1").click()
    await office.keyboard.press("/")
    await expect(office.locator("#menu-search")).to_be_focused()
    await office.keyboard.type("amy")
    await office.keyboard.press("Enter")
    await expect(office.get_by_role("heading", name="Users")).to_be_visible()


async def test_the_checklist_of_the_first_text_bank_ticks_itself_and_leads_on(bank: Bank, open_page: OpenPage) -> None:
    office, before = await open_page(viewport=PHONE), len(await bank.sent())
    await log_in(office, "selina@example.org")
    await bank.click(1)
    await bank.all_taken(before + 1)
    await office.goto("/c/meyer/admin/first-night")
    steps = office.get_by_role("main").get_by_role("listitem")
    await expect(steps.filter(has_text="The first text has left").locator(".visually-hidden")).to_have_text("done")
    assert await look_at(office, "/c/meyer/admin/first-night") == []
    upcoming = steps.filter(has=office.locator(".badge.signal"))
    await expect(upcoming.locator(".visually-hidden")).to_have_text("not done yet")
    await upcoming.get_by_role("link").click()
    await expect(office.get_by_role("heading", level=1)).to_be_visible()
    assert "/c/meyer/admin/" in office.url and "first-night" not in office.url
