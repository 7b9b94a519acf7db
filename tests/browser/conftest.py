"""A real Chromium before a whole text bank of real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.cast.pages.browsing import PHONE, OpenPage, served
from tests.faults.bank import Bank

expect.set_options(timeout=20_000)  # the rest of the suite runs beside it


def executable() -> str | None:
    """The browser bin/test found; else one that is installed; else Playwright's own."""
    named = os.environ.get("TEXTBANK_TEST_BROWSER", "")
    if named == "playwright":
        return None
    return named or next((p for n in ("chromium", "google-chrome", "chrome") if (p := shutil.which(n))), None)


async def closed(what: Browser | BrowserContext) -> None:
    """Closes it. Chromium now and then never answers to this while a page is on its way to another: then it is left to the
    end of the session, where Playwright kills the browser's process."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(what.close(), 20)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        browser = await playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        await closed(browser)


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Bank]:
    """Sixty people to text, web and worker running."""
    async with served(tmp_path_factory.mktemp("browser"), sqlite_template, 60, volunteers=1, bucket=10) as made:
        yield made


@pytest.fixture
async def open_page(chromium: Browser, bank: Bank) -> AsyncIterator[OpenPage]:
    """`await open_page(width=390)`; at its end no page may have logged an error, but for those that `expected` (a pattern)
    finds: refusals, unless a test makes others."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    async def opened(**options: Any) -> Page:
        options.setdefault("viewport", PHONE)
        expected = re.compile(options.pop("expected", "409|422"))
        context = await chromium.new_context(base_url=bank.url, **options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda m: (
                troubles.append(f"{page.url}: {m.text} {m.location['url']}")
                if m.type == "error" and not expected.search(m.text)
                else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        await closed(context)
    assert troubles == []
