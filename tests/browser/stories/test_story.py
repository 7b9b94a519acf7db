"""The whole way, on a phone: sign up, Start, send ten, answer, report; and what the office sees of it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast.pages.browsing import OpenPage, answer_as, log_in
from tests.faults.bank import PASSWORD, Bank

pytestmark = [pytest.mark.xdist_group("browser-story"), pytest.mark.timeout(240)]


async def sign_up(page: Page, office: Page) -> None:
    """The newcomer looks around until an admin lets them in: this bank has no mail server. The open page follows."""
    await page.goto("/login")
    await page.get_by_role("link", name="Sign up with a join code").click()
    for label, value in (
        ("Join code", "482913"),
        ("First name", "Carmen"),
        ("Last name", "Villarreal"),
        ("Phone", "412-555-0166"),
        ("E-mail", "carmen@example.org"),
        ("Password", PASSWORD),
        ("ZIP", "15213"),
    ):
        await page.get_by_label(label, exact=True).fill(value)
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    await expect(page.get_by_text("An admin has to let you in")).to_be_visible()
    await log_in(office, "selina@example.org")
    await office.goto("/c/meyer/admin/users")
    await office.get_by_role("button", name="Approve Carmen Villarreal").click()
    await expect(page.get_by_text("An admin has to let you in")).to_be_hidden()


async def send_ten(page: Page) -> None:
    await page.get_by_role("link", name="Open").click()
    await page.get_by_role("button", name="Start").click()
    for n in range(10):
        await expect(page.get_by_role("status").filter(has_text=f"{n} of 10").first).to_be_visible()
        await page.locator("#send:not([data-unread])").click()
    await expect(page.get_by_role("heading", name="You texted 10 people")).to_be_visible()
    await expect(page.get_by_role("button", name="Text Again")).to_be_visible()


async def test_a_newcomer_goes_the_whole_way_on_a_phone(bank: Bank, open_page: OpenPage) -> None:
    from tests.cast.waiting import until

    page = await open_page()
    await sign_up(page, await open_page())
    await send_ten(page)

    async def all_sent() -> list[dict] | None:
        found = await bank.sent()
        return found if len(found) == 10 else None

    sent = await until(all_sent, 30)
    assert len({text["to"] for text in sent}) == 10

    # A reply arrives without reloading
    await page.goto("/c/meyer/inbox?show=all")
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    await answer_as(bank, sent[0], "Yes! Where do I vote?")
    await expect(page.get_by_text("Yes! Where do I vote?")).to_be_visible()
    await expect(page.locator("#unread-badge")).to_contain_text("1")

    # Follow Up
    await page.get_by_text("Yes! Where do I vote?").click()
    await page.get_by_role("link", name="Follow Up").click()
    await page.get_by_text("Where to vote", exact=True).click()
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".ours .bubble").last).to_have_text(re.compile("Your polling place"))
    await expect(page.get_by_text("Delivered").last).to_be_visible()

    # Report
    await page.get_by_role("link", name="Report").click()
    await page.get_by_text("Will Vote", exact=True).click()
    await page.get_by_label("Notes").fill("Will vote early.")
    await page.get_by_role("button", name="File Report").click()
    await expect(page.get_by_role("link", name="Follow Up")).to_be_visible()

    # STOP: the thread leaves, and nobody can text this phone again
    await page.goto("/c/meyer/inbox?show=all")
    await answer_as(bank, sent[1], "STOP")
    await answer_as(bank, sent[2], "please take me off your list")
    await page.reload()
    await expect(page.get_by_text("take me off your list")).to_be_visible()
    await expect(page.get_by_text("STOP", exact=True)).to_have_count(0)

    # "Take me off your list" blocks until it is decided
    await page.get_by_text("take me off your list").click()
    await expect(page.get_by_text(re.compile("want no more texts"))).to_be_visible()
    await expect(page.get_by_label("Type a reply")).to_have_count(0)
    await page.get_by_role("button", name="Not an opt-out").click()
    await expect(page.get_by_label("Type a reply")).to_be_visible()

    await results_agree(bank, await open_page(viewport={"width": 1280, "height": 900}))
    phones = [text["to"] for text in await bank.sent()]
    assert phones.count(sent[1]["to"]) == 1, "nothing after STOP"


async def results_agree(bank: Bank, office: Page) -> None:
    await log_in(office, "selina@example.org")
    await office.goto("/c/meyer/admin/actions")
    await office.get_by_role("link", name="View Results").click()
    for name, number in (
        ("Initial Messages", "10"),
        ("Follow-Ups", "1"),
        ("Responses", "3"),
        ("Opt-Outs", "1"),
        ("Reports", "1"),
        ("Performs", "1"),
        ("Completed", "1"),
        ("Needs Attention", "1"),
        ("Messages Remaining", "50"),
        ("Link Clicks", "0"),
    ):
        box = office.locator("dl.figures > div").filter(has=office.get_by_text(name, exact=True)).first
        await expect(box.locator("dd").first).to_have_text(number)
    assert (await bank.look("recount"))["differences"] == []


async def test_everything_works_without_javascript(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(java_script_enabled=False)
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Open").click()
    await page.get_by_role("button", name="Start").click()
    first = await page.locator("#contact").inner_text()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("1 of 10")).to_be_visible()
    assert await page.locator("#contact").inner_text() != first
    second = await page.locator("#contact").inner_text()
    await page.get_by_role("button", name="Skip").click()
    assert await page.locator("#contact").inner_text() != second


async def test_a_double_click_on_send_is_one_text(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    await log_in(page, bank.seeded["emails"][0])
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name="Start").click()
    before = int((await page.locator(".progress-label strong").inner_text()).split()[0])
    await page.wait_for_timeout(600)  # a card on the screen for less than 0.4 s is not sent
    await page.get_by_role("button", name="Send").dblclick()
    await expect(page.locator(".progress-label strong")).not_to_have_text(f"{before} of 10")
    await page.reload()
    after = int((await page.locator(".progress-label strong").inner_text()).split()[0])
    texts = await bank.look("texts")
    assert after - before == 1
    assert texts.get("out initial cancelled", 0) == 0


async def test_news_that_comes_while_the_badge_is_asked_for_reaches_it(bank: Bank, open_page: OpenPage) -> None:
    from tests.cast.waiting import until

    page = await open_page()
    await log_in(page, bank.seeded["emails"][0])
    await expect(page.get_by_role("heading", name="Actions")).to_be_visible()
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_url("**/queue")
    before = {text["sid"] for text in await bank.sent()}
    await page.locator("#send:not([data-unread])").click()

    async def mine() -> dict | None:
        return next((text for text in await bank.sent() if text["sid"] not in before), None)

    text, may_answer = await until(mine, 30), asyncio.Event()

    async def hold_up(route: Route) -> None:
        stale = await route.fetch()
        await may_answer.wait()
        await route.fulfill(response=stale)

    await page.route("**/badges", hold_up, times=1)
    await page.goto("/c/meyer/inbox?show=all")
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    await answer_as(bank, text, "Who is this?")
    await expect(page.get_by_text("Who is this?")).to_be_visible()
    may_answer.set()
    await expect(page.locator("#unread-badge")).to_contain_text("1")
    await expect(page.get_by_role("link", name="Unread 1")).to_be_visible()
