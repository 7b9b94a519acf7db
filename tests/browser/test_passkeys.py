"""A passkey on a phone, with Chromium's virtual authenticator (SPEC V1)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.browsing import OpenPage, log_in, look_at
from tests.cast.waiting import until
from tests.faults.bank import Bank

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
    folder: Path = tmp_path_factory.mktemp("passkeys")
    shutil.copy(sqlite_template, folder / "textbank.db")
    made = Bank(folder, f"sqlite://{folder / 'textbank.db'}")
    made.url = made.environment["TEXTBANK_PUBLIC_URL"] = f"http://localhost:{made.web_port}"
    try:
        await made.open(5, volunteers=1, bucket=10)
        made.start_web()
        await until(made.web_answers, 30)
        yield made
    finally:
        made.close()


async def with_authenticator(page: Page) -> None:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def test_a_passkey_logs_in_alone_and_after_the_password_and_the_password_alone_does_not(
    bank: Bank, open_page: OpenPage
) -> None:
    page = await open_page()
    await with_authenticator(page)
    email = bank.seeded["emails"][0]
    await log_in(page, email)
    await page.get_by_role("link", name="Home").wait_for()
    assert await look_at(page, "/c/meyer/account/second-step") == []
    await page.get_by_role("link", name="Add a passkey").click()
    await page.get_by_role("button", name="Make a passkey").click()
    await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.get_by_role("button", name="Remove Chrome")).to_be_visible()

    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.get_by_role("button", name="Use a passkey").click()
    await page.get_by_role("link", name="Home").wait_for()

    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name="Log out", exact=True).click()
    await log_in(page, email)
    await page.get_by_role("button", name="Use your passkey").click()
    await page.get_by_role("link", name="Home").wait_for()

    other = await open_page(expected="409|422|NotAllowed")
    await log_in(other, email)
    await expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    await other.goto("/c/meyer")
    await expect(other.get_by_role("heading", name="Log in")).to_be_visible()
