"""A passkey on a phone, with Chromium's virtual authenticator (SPEC V1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import OpenPage, log_in, log_out, look_at, said_in, served
from tests.faults.bank import Bank
from webapp import words

pytestmark = [pytest.mark.xdist_group("browser-passkeys"), pytest.mark.timeout(240)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Bank]:
    """By its name: browsers make no passkey for a bare address."""
    folder = tmp_path_factory.mktemp("passkeys")
    async with served(folder, sqlite_template, 5, host="localhost", worker=False, volunteers=2, bucket=10) as made:
        yield made


async def with_authenticator(page: Page) -> None:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


@pytest.mark.parametrize("language", words.LANGUAGES)
async def test_a_passkey_logs_in_alone_and_after_the_password_and_the_password_alone_does_not(
    bank: Bank, open_page: OpenPage, language: str
) -> None:
    said, page = said_in(language), await open_page(locale=f"{language}-US")
    await with_authenticator(page)
    email = bank.seeded["emails"][words.LANGUAGES.index(language)]
    await log_in(page, email, language)
    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name=words.NAMES[language]).click()
    assert await look_at(page, "/c/meyer/account/second-step") == []
    await page.get_by_role("link", name=said("Add a passkey")).click()
    await page.get_by_role("button", name=said("Make a passkey")).click()
    await expect(page.get_by_role("heading", name=said("Recovery codes"))).to_be_visible()
    await page.get_by_role("link", name=said("I have kept them")).click()
    await expect(page.get_by_role("button", name=f"{said('Remove')} Chrome")).to_be_visible()

    await log_out(page, language)
    await page.get_by_role("button", name=said("Use a passkey")).click()
    await page.get_by_role("link", name=said("Home")).wait_for()

    await log_out(page, language)
    await log_in(page, email, language)
    await page.get_by_role("button", name=said("Use your passkey")).click()
    await page.get_by_role("link", name=said("Home")).wait_for()

    other = await open_page(expected="409|422|NotAllowed", locale=f"{language}-US")
    await log_in(other, email, language)
    await expect(other.get_by_role("heading", name=said("Second step"))).to_be_visible()
    await other.goto("/c/meyer")
    await expect(other.get_by_role("heading", name=said("Log in"))).to_be_visible()
