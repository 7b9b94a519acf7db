"""Each of our own small scripts does its work where a person meets it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.cast.pages.browsing import OpenPage, answer_as, log_in
from tests.cast.waiting import until
from tests.faults.bank import Bank

OFFICE = "/c/meyer/admin"
WIDE = {"width": 1280, "height": 900}
pytestmark = [pytest.mark.xdist_group("browser-behaviours"), pytest.mark.timeout(240)]


@pytest.fixture
async def office(bank: Bank, open_page: OpenPage) -> Page:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    await page.wait_for_url("**/c/meyer/admin**")
    return page


async def test_a_page_of_contacts_is_ticked_at_once_and_counted(office: Page) -> None:
    await office.goto(OFFICE + "/contacts")
    number = await office.locator("[name=contacts]").count()
    assert number > 10
    await office.get_by_label("Select all on this page").check()
    await expect(office.get_by_text(f"{number} selected")).to_be_visible()
    await office.locator("[name=contacts]").first.uncheck()
    await expect(office.get_by_text(f"{number - 1} selected")).to_be_visible()
    await office.get_by_label("Select all on this page").uncheck()
    await expect(office.locator("[data-ticked]")).to_have_text("those selected")


async def test_an_address_has_only_the_filters_that_are_set(office: Page) -> None:
    await office.goto(OFFICE + "/contacts")
    await office.get_by_label("Replied").select_option("no")
    await office.get_by_role("button", name="Apply").click()
    await office.wait_for_url(re.compile(r"replied=no"))
    assert set(re.findall(r"(\w+)=", office.url)) <= {"replied", "col"}


async def test_the_tab_one_is_on_is_in_sight(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 320, "height": 640})
    await log_in(page, "selina@example.org")
    await page.wait_for_url("**/c/meyer/admin**")
    await page.goto(OFFICE + "/settings/links")
    await expect(page.locator("[data-tabs] [aria-current]")).to_be_in_viewport(ratio=0.9)
    assert await page.locator("[data-tabs]").evaluate("tabs => tabs.scrollLeft") > 0


async def test_a_finding_is_shown_in_the_text_and_fixed_with_one_press(office: Page) -> None:
    await office.goto(OFFICE + "/actions/1/scripts")
    await office.get_by_text("Add another response script").click()
    area = office.locator("#body-new-response")
    await area.fill("Thanks 🗳 a lot — see you")
    check = office.locator("#check-new-response")
    found = check.locator("li", has=office.get_by_role("button", name="Use plain characters"))
    await found.get_by_role("button", name="Show").click()
    selected = await area.evaluate("a => a.value.slice(a.selectionStart, a.selectionEnd)")
    assert selected in ("—", "🗳"), "characters are counted as Python counts them"
    await found.get_by_role("button", name="Use plain characters").click()
    await expect(area).to_have_value(re.compile("a lot - see you"))
    await expect(area).to_be_focused()


async def test_words_not_saved_hold_the_page(office: Page) -> None:
    await office.goto(OFFICE + "/actions/1/scripts")
    await office.get_by_text("Add another response script").click()
    await office.locator("#body-new-response").press_sequentially("Not saved")
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    office.on("dialog", leave)
    await office.get_by_role("link", name="All Contacts").click()
    await office.wait_for_url("**/contacts**")
    await office.get_by_role("link", name="Lists", exact=True).click()  # nothing typed here
    await office.wait_for_url("**/lists**")
    assert asked == ["beforeunload"]


DROP = """kind => {
  const place = document.querySelector("[data-drop]"), data = new DataTransfer();
  data.items.add(new File(["phone\\n4125550123\\n"], "dropped.csv", { type: "text/csv" }));
  const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data });
  place.querySelector("label").dispatchEvent(event);
  return [event.defaultPrevented, place.classList.contains("over"), place.querySelector("input").files[0]?.name];
}"""


async def test_a_file_is_dropped_on_the_upload_page(office: Page) -> None:
    await office.goto(OFFICE + "/lists/upload")
    assert await office.evaluate(DROP, "dragover") == [True, True, None]
    assert await office.evaluate(DROP, "dragleave") == [True, False, None]
    assert await office.evaluate(DROP, "drop") == [True, False, "dropped.csv"]


PRESS_TWICE = """() => {
  const form = document.querySelector("form[method=post]:not([hx-post])"), stopped = [];
  window.addEventListener("submit", (event) => { stopped.push(event.defaultPrevented); event.preventDefault(); });
  form.requestSubmit();
  form.requestSubmit();
  return stopped;
}"""


async def test_a_form_on_its_way_is_not_sent_again(office: Page) -> None:
    await office.goto(OFFICE + "/settings/tags")
    assert await office.evaluate(PRESS_TWICE) == [False, True]


FAILS = "([type, detail]) => document.body.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }))"


@pytest.mark.parametrize(
    "ended",
    [["htmx:response:error", {"ctx": {"response": {"status": 401}}}], ["htmx:sse:error", {"status": 401}]],
    ids=["a part of the page", "the stream"],
)
async def test_a_request_that_failed_is_told_and_a_login_that_ended_leads_to_the_login(
    office: Page, ended: list[object]
) -> None:
    await office.evaluate(FAILS, ["htmx:error", {"error": "TypeError: Failed to fetch"}])
    await expect(office.get_by_text("No connection. What you see here may be old.")).to_be_visible()
    await office.evaluate(FAILS, ["htmx:response:error", {"ctx": {"response": {"status": 503}}}])
    await expect(office.get_by_text("Something went wrong on our side.")).to_be_visible()
    await expect(office.get_by_text("No connection.")).to_have_count(0, timeout=10_000)
    await office.evaluate(FAILS, ["htmx:response:error", {"ctx": {"response": {"status": 404}}}])
    assert "expired" not in office.url
    async with office.expect_request("**/login?expired=1&next=**"):
        await office.evaluate(FAILS, ended)
    await office.wait_for_load_state()  # a page on its way somewhere may not close


async def test_a_reply_half_typed_stays_and_news_waits_for_the_thumb(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page()
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Open").click()
    await page.get_by_role("button", name="Start").click()
    await page.locator("#send:not([data-unread])").click()
    await expect(page.get_by_role("status").filter(has_text="1 of 10").first).to_be_visible()
    await expect(page.locator("#send")).to_be_focused()
    [text] = await until(bank.sent, 30)
    await page.goto("/c/meyer/inbox?show=all")
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    await answer_as(bank, text, "Where is it?")
    await page.get_by_text("Where is it?").click()

    reply = page.get_by_label("Type a reply")
    await reply.press_sequentially("It is in")
    await page.get_by_role("link", name="Follow Up").click()
    await page.get_by_role("link", name="Close", exact=True).click()
    await expect(reply).to_have_value("It is in")

    await page.goto("/c/meyer/inbox?show=all")
    await expect(page.locator("#news")).to_be_hidden()
    await page.get_by_role("heading", name="Inbox").click()
    changed = "document.getElementById('live').dispatchEvent(new CustomEvent('inbox-changed', { bubbles: true }))"
    await page.evaluate(changed)
    await expect(page.locator("#news")).to_be_visible()
    await page.wait_for_timeout(1600)  # the thumb has left
    async with page.expect_response(re.compile(r"/inbox\?show=all")):
        await page.evaluate(changed)
    await expect(page.locator("#news")).to_be_hidden()
