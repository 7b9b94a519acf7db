"""The article's lists "Opt-Ins" and "Custom Links", word by word, as an office types them (SPEC A3, B1, B2)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.cast.opt_ins import CONSENT
from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, log_in
from tests.cast.waiting import until
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-article-lists"), pytest.mark.timeout(300)]
OFFICE = "/c/meyer/admin"
LINK = "##{{'yard-signs'|trackable}}"
FORM = "##{{'friends-of-meyer'|trackable}}"
AS_IN_THE_ARTICLE = "##{{‘yard-signs’|trackable}}"
ASKS = f"##{{{{opt_in_form.title}}}}: ##{{{{opt_in_form.subtitle}}}} See {AS_IN_THE_ARTICLE} Reply YES to join, STOP to opt out."


async def copies(office: Page, text: str) -> None:
    """A press of Copy puts the text on the clipboard and says so."""
    await office.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await office.evaluate("navigator.clipboard.writeText('')")
    button = office.locator(f'[data-copy="{text}"]').first
    await button.click()
    await expect(button).to_have_text("Copied")
    assert await office.evaluate("navigator.clipboard.readText()") == text


async def make_link(office: Page) -> None:
    """Its string stands with a Copy button on its page and on Campaign info."""
    await office.goto(OFFICE + "/settings/links")
    await office.get_by_label("Title", exact=True).fill("Yard signs")
    await office.get_by_label("Address").fill("https://example.org/signs")
    await office.get_by_role("button", name="Add link").click()
    await copies(office, LINK)
    await office.goto(OFFICE + "/settings/info")
    await copies(office, LINK)


async def make_form(office: Page) -> None:
    await office.goto(OFFICE + "/opt-ins/new")
    for label, value in (
        ("Title", "Friends of Meyer"),
        ("Subtitle", "Texts that matter."),
        ("Consent wording", CONSENT),
        ("How to reach a person", "Call (412) 555-0100."),
        ("Initial script", ASKS),
        ("Follow-up script", "Thanks! Bring a friend: ##{{contact_referral_link}}"),
    ):
        await office.get_by_label(label, exact=True).fill(value)
    await office.get_by_role("button", name="Save").click()
    await expect(office.get_by_text("Saved.")).to_be_visible()
    await office.get_by_role("button", name="Open the form").click()
    await expect(office.get_by_label("For a script")).to_have_value(FORM)
    await copies(office, FORM)


async def test_each_string_of_the_lists_does_what_the_article_says(bank: Bank, open_page: OpenPage) -> None:
    office = await open_page(viewport=WIDE)
    await log_in(office, "selina@example.org")
    await make_link(office)
    await make_form(office)

    mina = await open_page(viewport=PHONE)
    await mina.goto("/o/meyer/friends-of-meyer")
    for field, value in (("first_name", "Mina"), ("phone", "412-555-0141"), ("zip", "15213")):
        await mina.locator(f"#{field}").fill(value)
    await mina.locator("#agree").check()
    await mina.get_by_role("button", name="Sign up for texts").click()

    async def asked() -> str:
        return next((one["body"] for one in await bank.sent() if one["to"] == "+14125550141"), "")

    body: str = await until(asked, 60)
    found = re.fullmatch(
        r"Friends of Meyer: Texts that matter\. See (http\S+/l/\w{8}) Reply YES to join, STOP to opt out\.", body
    )
    assert found, body
