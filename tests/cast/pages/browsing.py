"""A person's steps in a real browser, and axe's findings on the page."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.cast.waiting import until
from tests.faults.bank import PASSWORD, Bank
from webapp import words

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "rules": {"landmark-unique": {"enabled": True}},
    "resultTypes": ["violations"],
}
OpenPage = Callable[..., Awaitable[Page]]
Size = dict[str, int]
PHONE: Size = {"width": 390, "height": 844}
NARROW: Size = {"width": 320, "height": 640}
WIDE: Size = {"width": 1280, "height": 900}
LOGIN_PAGE = re.compile(r"/login(\?.*)?$")


@contextlib.asynccontextmanager
async def served(
    folder: Path,
    template: Path | str,
    people: int,
    environment: Mapping[str, str] | None = None,
    host: str = "",
    worker: bool = True,
    **seed: int,
) -> AsyncIterator[Bank]:
    """A bank on a copy of the SQLite ``template``, or on a PostgreSQL database by its address, whose web answers. ``environment``: more of it, of all its processes. ``host``:
    its name in a browser, where an address won't do. ``seed``: as `Bank.open` takes it."""
    if isinstance(template, Path):
        shutil.copy(template, folder / "textbank.db")
    bank = Bank(folder, f"sqlite://{folder / 'textbank.db'}" if isinstance(template, Path) else template)
    bank.environment |= environment or {}
    if host:
        bank.url = bank.environment["TEXTBANK_PUBLIC_URL"] = f"http://{host}:{bank.web_port}"
    try:
        await bank.open(people, **seed)
        bank.start_web()
        if worker:
            bank.start_worker()
        await until(bank.web_answers, 60)
        yield bank
    finally:
        bank.close()


async def answer_as(bank: Bank, text: dict[str, Any], words: str) -> None:
    async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
        await twilio.post("/simulator/replies", json={"from": text["to"], "to": text["from"], "body": words})


def said_in(language: str) -> Callable[[str], str]:
    """Finds what a page says in this language, by its English."""

    def said(english: str) -> str:
        with words.speaking(language):
            return words.gettext(english)

    return said


async def log_in(page: Page, email: str, language: str = "en") -> None:
    said = said_in(language)
    await page.goto("/login")
    await page.get_by_label(said("E-mail")).fill(email)
    await page.get_by_label(said("Password")).fill(PASSWORD)
    await page.get_by_role("button", name=said("Log in"), exact=True).click()
    await expect(page).not_to_have_url(LOGIN_PAGE)  # to go on before that would cancel the answer, and its cookie


async def log_out(page: Page, language: str = "en") -> None:
    """By the account's page. Waits for the answer, as `log_in` does."""
    await page.goto("/c/meyer/account")
    await page.get_by_role("button", name=said_in(language)("Log out"), exact=True).click()
    await expect(page).to_have_url(LOGIN_PAGE)


async def look_at(page: Page, path: str) -> list[str]:
    """The faults of a page: axe's findings, and whether it is wider than its screen."""
    await page.goto(path)
    found = await Axe().run(page, options=AXE)
    assert len(found.response["passes"]) > 5 and page.url.split("?")[0].endswith(path.split("?")[0].rstrip("/")), (
        page.url
    )
    wrong = [f"{path}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wrong + ([f"{path}: {wide} px too wide"] if wide > 0 else [])
