"""Pictures of the main pages for the README: `python -m bench.shots`, with bin/run running in another shell."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

SITE = os.environ.get("TEXTBANK_PUBLIC_URL", "http://127.0.0.1:8000")
PHONES = f"http://127.0.0.1:{int(SITE.rpartition(':')[2]) + 1}"
PASSWORD = Path(os.environ.get("TEXTBANK_DATA_DIR", "var/rehearsal")) / "password"
FOLDER = Path(__file__).parents[1] / "docs" / "shots"
PHONE, WIDE, WALL = ({"width": w, "height": h} for w, h in ((390, 844), (1280, 900), (1920, 1080)))

FIRST = ("results", "actions/1/results")
RESULTS = {
    **dict([FIRST]),
    "results-users": "actions/1/results/users",
    "results-errors": "actions/1/results/errors",
    "carriers": "actions/1/carriers",
    "dashboard": "",
}


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        await _volunteer(browser)
        await _office(browser)
        await browser.close()


async def _page(browser: Browser, size: dict, mode: str, who: str) -> Page:
    context = await browser.new_context(viewport=size, color_scheme=mode, base_url=SITE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(f"{who}@example.org")
    await page.get_by_label("Password").fill(PASSWORD.read_text())
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/c/meyer**")
    return page


async def _shot(page: Page, name: str, whole: bool = False) -> None:
    """``whole``: the page down to its end, in 64 colours: a quarter of the bytes."""
    await page.wait_for_timeout(400)
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path, full_page=whole)
    if whole:
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(64).save(path, optimize=True)


async def _volunteer(browser: Browser) -> None:
    page = await _page(browser, PHONE, "light", "amy")
    await page.goto("/c/meyer/actions/1")
    await _shot(page, "action-phone-light")
    await page.get_by_role("button", name="Start").click()
    for _ in range(9):
        before = await page.locator(".progress-label strong").inner_text()
        await page.locator("#send:not([data-unread])").click()  # a card is read for a moment first
        await page.locator(".progress-label strong").filter(has_not_text=before).first.wait_for()
    await _shot(page, "queue-phone-light")
    await page.wait_for_timeout(15_000)  # the texts leave, a second each
    await _answers()
    dark = await _page(browser, PHONE, "dark", "amy")
    await dark.goto("/c/meyer/inbox?show=all")
    await _shot(dark, "inbox-phone-dark")
    await dark.goto("/c/meyer")
    await _shot(dark, "home-phone-dark")
    await page.goto("/c/meyer/inbox?show=all")
    await page.get_by_text("Where do I vote?").click()
    await page.get_by_role("link", name="Follow Up").click()
    await _shot(page, "follow-up-phone-light")
    await page.goto("/c/meyer/inbox?show=all")
    await page.get_by_text("take me off").click()
    await _shot(page, "possible-opt-out-phone-light")


async def _answers() -> None:
    async with httpx.AsyncClient(base_url=PHONES, timeout=20) as phones:
        sent = (await phones.get("/simulator/messages")).json()
        words = (
            "Yes, I will! Where do I vote?",
            "Please take me off your list",
            "Who is this?",
            "STOP",
            "¿Me puede escribir en español?",
        )
        for text, said in zip(sent, words, strict=False):
            await phones.post("/simulator/replies", json={"from": text["to"], "to": text["from"], "body": said})


async def _office(browser: Browser) -> None:
    page = await _page(browser, WIDE, "light", "gary")
    for name, path in (
        ("scripts", "actions/1/scripts"),
        ("settings", "settings"),
        ("set-up-check", "setup"),
        ("users", "users"),
    ):
        await page.goto(f"/c/meyer/admin/{path}")
        await _shot(page, f"{name}-wide-light")
    await _results(browser)
    await page.goto(PHONES + "/phones")
    await _shot(page, "phones-wide-light")
    dark = await _page(browser, WIDE, "dark", "gary")
    await dark.goto("/c/meyer/admin/actions")
    await _shot(dark, "actions-wide-dark")


async def _results(browser: Browser) -> None:
    """View Results whole, on phone, wide and wall, in both modes; what belongs to it wide and light, and dark on a phone."""
    for mode in ("light", "dark"):
        for size, name in ((PHONE, "phone"), (WIDE, "wide")):
            page = await _page(browser, size, mode, "selina")
            for what, path in RESULTS.items() if (name, mode) in (("wide", "light"), ("phone", "dark")) else (FIRST,):
                await page.goto(f"/c/meyer/admin/{path}")
                await _shot(page, f"{what}-{name}-{mode}", whole=True)
        page = await _page(browser, WALL, mode, "selina")
        await page.goto("/c/meyer/admin/actions/1/results?wall")
        await _shot(page, f"results-wall-{mode}")


if __name__ == "__main__":
    asyncio.run(main())
