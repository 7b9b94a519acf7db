"""An open card and an open thread on a phone: what is kept, said and refused while the world changes (SPEC V4, V6)."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.cast.pages.browsing import OpenPage, answer_as, log_in
from tests.cast.waiting import until
from tests.faults.bank import PASSWORD, Bank

pytestmark = [pytest.mark.xdist_group("browser-threads"), pytest.mark.timeout(240)]
NEWS = "document.getElementById('live').dispatchEvent(new CustomEvent('inbox-changed', { bubbles: true }))"
READY = "#send:not([data-unread])"
TROUBLE = "401|409|422|404|ERR_|htmx"


async def start(bank: Bank, page: Page) -> None:
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Home").wait_for()
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_url("**/queue")


async def open_thread(bank: Bank, page: Page, words: str) -> dict:
    """A text of this volunteer's is answered with these words, and the thread is open; returns the text."""
    await start(bank, page)
    before = {text["sid"] for text in await bank.sent()}
    await page.locator(READY).click()

    async def mine() -> dict | None:
        return next((text for text in await bank.sent() if text["sid"] not in before), None)

    text = await until(mine, 30)
    await page.goto("/c/meyer/inbox?show=all")
    await answer_as(bank, text, words)
    await page.get_by_text(words).click()
    await page.wait_for_url("**/threads/*")
    return text  # type: ignore[no-any-return]


async def test_one_press_sends_one_card_and_the_next_is_read_out(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    await start(bank, page)
    texted = page.locator(".progress-label strong")
    at_once = "document.getElementById('send').click()"
    await page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {at_once} }})")
    await page.reload()
    await page.locator(READY).wait_for()
    await expect(texted).to_have_text("0 of 10")  # a press meant for the page before

    await page.locator("#send").focus()
    for _ in range(6):  # the first is a press, the others repeat it
        await page.keyboard.down("Enter")
        await page.wait_for_timeout(150)
    await page.keyboard.up("Enter")
    await page.locator(READY).wait_for()
    await expect(texted).to_have_text("1 of 10")

    name = await page.locator("#contact").inner_text()
    await expect(page.locator("#spoken")).to_contain_text(name)
    await expect(page.locator("#send")).to_be_focused()
    assert (await page.title()).startswith("1 / 10")
    await page.get_by_role("button", name="Skip").click()
    await expect(page.locator("#spoken")).to_contain_text("Skipped. This person comes again")
    assert await page.locator("#contact").inner_text() != name

    for number in range(2, 10):
        await page.locator(READY).click()
        await expect(texted).to_have_text(f"{number} of 10")  # else the next press is still for this card
    await page.locator(READY).click()
    await expect(page.get_by_role("heading", name="You texted 10 people")).to_be_focused()


async def test_a_refused_reply_stays_while_news_comes_and_news_is_seen(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(expected=TROUBLE)
    text = await open_thread(bank, page, "Yes, I will come")
    reply = page.get_by_label("Type a reply")
    await reply.fill("See you, ##{{first_name}}")
    await page.locator("#answer").click()
    reason = page.locator("#body-error")
    await expect(reason).to_contain_text("Variables only work in scripts.")
    await expect(reply).to_be_focused()
    async with page.expect_response(re.compile(r"/threads/\d+$")):
        await page.evaluate(NEWS)
    await page.wait_for_timeout(200)
    await expect(reason).to_be_visible()
    await expect(reply).to_have_value("See you, ##{{first_name}}")

    await page.route("**/threads/*", lambda route: route.abort())  # the news has not come yet
    await answer_as(bank, text, "Sorry, I can't")
    await page.wait_for_timeout(500)
    await page.unroute("**/threads/*")
    await reply.fill("See you there")
    await page.locator("#answer").click()
    await expect(reason).to_contain_text("has written again. Nothing was sent.")
    await expect(reply).to_have_value("See you there")

    await answer_as(bank, text, "Maybe next time")
    await expect(page.locator(".news")).to_have_text(re.compile("[12] new"))  # 2 where both came at once
    await expect(page.locator("#spoken")).to_contain_text("Maybe next time")
    await page.locator(".news").click()
    await page.locator("#answer").click()
    await expect(page.locator(".ours .bubble").last).to_have_text("See you there")
    await expect(reply).to_have_value("")


async def test_a_key_that_is_held_sends_one_reply(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    await open_thread(bank, page, "Which day is it?")
    posted: list[str] = []
    page.on("request", lambda asked: posted.append(asked.url) if asked.method == "POST" else None)
    await page.get_by_label("Type a reply").fill("On Tuesday")
    await page.locator("#answer").focus()
    for _ in range(8):  # the first is a press, the others repeat it
        await page.keyboard.down("Enter")
        await page.wait_for_timeout(150)
    await page.keyboard.up("Enter")
    await expect(page.locator(".ours .bubble").last).to_have_text("On Tuesday")
    await expect(page.get_by_label("Type a reply")).to_have_value("")
    assert len([url for url in posted if "/threads/" in url]) == 1, posted


async def test_words_outlive_a_lost_connection_and_a_login_that_ended(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(expected=TROUBLE)
    await open_thread(bank, page, "Where do I vote?")
    reply, send = page.get_by_label("Type a reply"), page.locator("#answer")
    await reply.fill("At the library")
    await page.context.set_offline(True)
    await send.click()
    await expect(page.get_by_text("No connection, so this was not sent.")).to_be_visible()
    await page.context.set_offline(False)
    await expect(reply).to_have_value("At the library")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch(max_redirects=0)
        await route.abort()

    await page.route("**/messages", lose_the_answer, times=1)
    await send.click()
    await expect(page.get_by_text("We can't tell whether that was done.").first).to_be_visible()
    await send.click()  # the same text, not a second one
    await expect(reply).to_have_value("")
    await expect(page.locator(".ours .bubble").filter(has_text="At the library")).to_have_count(1)

    await reply.fill("It opens at 9")
    may_answer = asyncio.Event()

    async def hang(route: Route) -> None:
        await may_answer.wait()
        await route.abort()

    await page.route("**/messages", hang, times=1)
    await send.click()
    await expect(page.get_by_text("Still waiting for an answer.")).to_be_visible()
    may_answer.set()
    await expect(page.get_by_text("Still waiting for an answer.")).to_have_count(0)

    form = page.locator("form:has(#answer)")
    await form.evaluate(
        "f => { f.setAttribute('hx-post', '/c/meyer/threads/999999/messages'); htmx.process(f, true); }"
    )
    await send.click()
    await expect(page.get_by_text("this belongs to someone else now. Nothing was changed.")).to_be_visible()
    await expect(reply).to_have_value("It opens at 9")  # no error page in the thread's place

    await page.reload()
    await expect(reply).to_have_value("It opens at 9")
    await page.evaluate("document.getElementById('live').remove()")  # no news between these two lines
    await page.context.clear_cookies()
    await send.click()
    await page.wait_for_url("**/login?**")
    await expect(page.get_by_text("your last press did nothing")).to_be_visible()
    await page.get_by_label("E-mail").fill(bank.seeded["emails"][0])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(reply).to_have_value("It opens at 9")
    await send.click()
    await expect(page.locator(".ours .bubble").last).to_have_text("It opens at 9")

    await page.get_by_role("link", name="Report").first.click()  # a report, as any other form
    note, tag = page.locator("textarea").first, page.locator("input[type=checkbox]").first
    await note.fill("Wants a sign")
    await tag.set_checked(not await tag.is_checked())
    ticked = await tag.is_checked()
    await page.context.clear_cookies()
    await page.evaluate(NEWS)  # the page asks for the number of unread texts, and is refused
    await expect(page.get_by_text("What you typed is still here: log in in another tab")).to_be_visible()
    await page.get_by_role("button", name="File Report").click()
    await page.wait_for_url("**/login?**")
    await page.get_by_label("E-mail").fill(bank.seeded["emails"][0])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(note).to_have_value("Wants a sign")
    assert await tag.is_checked() is ticked
    await expect(page.get_by_text("what you typed is back")).to_be_visible()
