"""A tap in a real browser: what it asks for, and whether bench asks for the same."""

from __future__ import annotations

import gzip
import re
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Request, expect

from bench.speed import as_htmx, load
from tests.cast.pages.browsing import OpenPage, log_in
from tests.faults.bank import Bank
from webapp.http import static_files

pytestmark = [pytest.mark.xdist_group("browser-taps"), pytest.mark.timeout(240)]
OF_THE_BROWSER = {"user-agent", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "accept-language", "priority"}
FIRST_SCREEN = 60_000  # bytes: 24,000 of them are the font, 21,000 the script


async def test_a_tap_is_one_request_and_bench_sends_the_same(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    await log_in(page, bank.seeded["emails"][0])
    await page.goto("/c/meyer/actions/1")
    async with page.expect_response("**/badges"):  # the stream's first word; on a busy machine it comes late
        await page.get_by_role("button", name="Start").click()
        await page.wait_for_url("**/queue")
    progress, asked = page.locator(".progress-label strong"), list[Request]()
    before = int((await progress.inner_text()).split()[0])
    await page.wait_for_timeout(600)  # a card on the screen for less than 0.4 s is not sent
    page.on("request", lambda request: asked.append(request))
    await page.get_by_role("button", name="Send").click()
    await expect(progress).to_have_text(f"{before + 1} of {(await progress.inner_text()).split()[-1]}")
    [press] = [request for request in asked if not request.url.endswith("/live")]
    assert press.method == "POST" and press.url.endswith("/messages")
    sent = {name: value for name, value in (await press.all_headers()).items() if not name.startswith(":")}
    ours = as_htmx.press(bank.url, page.url.removeprefix(bank.url), sent["cookie"].partition("=")[2])
    own = OF_THE_BROWSER | {"content-length", "host", "connection", "cookie"}
    unlike = {n: (sent.get(n), ours.get(n)) for n in (sent.keys() | ours.keys()) - own if sent.get(n) != ours.get(n)}
    assert unlike == {}
    fields, ahead = parse_qs(press.post_data or "", keep_blank_values=True), load.deck([], "")
    assert set(fields) == {"client_message_id", "hash", *ahead}
    assert re.fullmatch(r"\d+,\d+", fields["ahead"][0]), "two cards behind it"
    assert fields["shows"][0].startswith(f"{before}-")


async def test_the_first_screen_on_a_phone_is_few_requests_and_bytes(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    asked = list[Request]()
    page.on("request", lambda request: asked.append(request))
    await page.goto("/login", wait_until="networkidle")
    assert len(asked) <= 8 and [request.resource_type for request in asked].count("stylesheet") == 1
    sizes = [await request.sizes() for request in asked]
    down = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert down <= FIRST_SCREEN, {
        request.url: size["responseBodySize"] for request, size in zip(asked, sizes, strict=True)
    }
    assert len(gzip.compress(static_files.served()[static_files.SCRIPT])) < 30_000
