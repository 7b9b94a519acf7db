"""A volunteer's first minutes on a phone, in both languages: action link, sign-up, approval, first text (SPEC A10, V1, P3)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import WIDE, OpenPage, log_in, look_at, said_in
from tests.faults.bank import PASSWORD, Bank
from webapp import words

pytestmark = [pytest.mark.xdist_group("browser-both-languages"), pytest.mark.timeout(240)]


async def action_link(office: Page) -> str:
    await office.goto("/c/meyer/admin/actions/1/sendings")
    make = office.get_by_role("button", name="Make a link", exact=True)
    if await make.count():
        await make.click()
    address = await office.locator('a[href*="/a/"]').first.get_attribute("href")
    assert address
    return urlsplit(address).path


async def sign_up(page: Page, language: str) -> None:
    said = said_in(language)
    for label, value in (
        ("First name", "Carmen"),
        ("Last name", language.upper()),
        ("Phone", "412-555-0166"),
        ("E-mail", f"carmen-{language}@example.org"),
        ("Password", PASSWORD),
        ("ZIP", "15213"),
    ):
        await page.get_by_label(said(label), exact=True).fill(value)
    await page.get_by_label(words.NAMES[language], exact=True).check()
    await page.get_by_role("button", name=said("Sign up")).click()


@pytest.mark.parametrize("language", words.LANGUAGES)
async def test_an_action_link_leads_through_sign_up_and_approval_to_the_first_text_and_out_again(
    bank: Bank, open_page: OpenPage, language: str
) -> None:
    said, office = said_in(language), await open_page(viewport=WIDE)
    await log_in(office, "selina@example.org")
    link = await action_link(office)

    # The page they leave may ask once more, for its stream or a badge, before the next one is there
    page = await open_page(locale=f"{language}-US", expected="404|409|422")
    assert await look_at(page, link) == []
    await sign_up(page, language)
    await expect(page.get_by_text(said("An admin has to let you in before you can start."))).to_be_visible()
    await office.goto("/c/meyer/admin/users")
    await office.get_by_role("button", name=f"Approve Carmen {language.upper()}").click()
    await page.wait_for_url("**/c/meyer/actions/1")  # by itself
    assert await page.locator("html").get_attribute("lang") == language
    await page.get_by_role("button", name=said("Start"), exact=True).click()
    await page.locator("#send:not([data-unread])").click()
    await expect(page.locator(".progress-label strong")).to_contain_text("1")
    await expect(page.get_by_role("button", name=said("Undo"))).to_have_count(0)  # this bank waits for none
    await page.goto("/c/meyer/account/leaving")
    await page.get_by_role("button", name=said("Leave"), exact=True).click()
    await expect(page.get_by_text(said("You have left the campaign."))).to_be_visible()
    assert urlsplit(page.url).path == "/campaigns", "the news of it does not load the page they left"
