"""A script is written, warned about, fixed, seen, tested and published (SPEC A5, A7); a chosen response tags the contact."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.cast import drawn
from tests.cast.pages.browsing import OpenPage, answer_as, log_in
from tests.cast.site import ANDROID
from tests.cast.waiting import until
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-scripts"), pytest.mark.timeout(240)]
WIDE = {"width": 1280, "height": 1000}


async def make_link(page: Page) -> None:
    await page.goto("/c/meyer/admin/settings/links")
    await page.get_by_label("Title").fill("Cure your ballot")
    await page.get_by_label("Address").fill("vote.example.org/cure")
    await page.get_by_role("button", name="Add link").click()
    await expect(page.get_by_role("link", name="Cure your ballot")).to_be_visible()


async def make_action(page: Page) -> str:
    """The address of a new action over the seeded list."""
    await page.goto("/c/meyer/admin/actions/new")
    await page.get_by_label("Title").fill("Ballot cure")
    await page.get_by_label("Voters").first.check()
    await page.get_by_role("button", name="Save and continue").click()
    await page.wait_for_url(re.compile(r"/actions/\d+"))
    found = re.search(r"/c/meyer/admin/actions/\d+", page.url)
    assert found
    return found[0]


async def insert(page: Page, menu: str, item: str) -> None:
    form = page.locator("form", has=page.locator("#body-new-initial"))
    await form.get_by_role("button", name=menu).click()
    await form.locator(".menu:popover-open").get_by_role("button", name=item, exact=True).click()


async def test_a_good_script_is_the_easy_one(bank: Bank, open_page: OpenPage, tmp_path: Path) -> None:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    await expect(page.get_by_role("heading").first).to_be_visible()
    await make_link(page)
    office = await make_action(page)
    await page.goto(f"{office}/scripts")

    # Three variables from the menus, where the cursor is
    area = page.locator("#body-new-initial")
    await area.press_sequentially("Hi ")
    await insert(page, "Contact Info", "First Name")
    await page.keyboard.type(", it's ")
    await insert(page, "User Info", "First Name")
    await page.keyboard.type(" with ")
    await insert(page, "Campaign Info", "Campaign Name")
    await page.keyboard.type(" — fix your ballot: https://bit.ly/3JyacKR")
    assert await area.input_value() == (
        "Hi ##{{first_name}}, it's ##{{user.first_name}} with ##{{campaign.name}} — fix your ballot: https://bit.ly/3JyacKR"
    )

    # Warned, and fixed with a tap each
    check = page.locator("#check-new-initial")
    for sentence in ("bit.ly is a link shortener", "No way to opt out", "“—”"):
        await expect(check.locator("li", has_text=sentence)).to_be_visible()
    await check.locator("li", has_text="bit.ly").get_by_role("button", name="Show").click()
    assert await area.evaluate("a => a.value.slice(a.selectionStart, a.selectionEnd)") == "https://bit.ly/3JyacKR"
    await check.get_by_role("button", name="Use cure-your-ballot").click()
    await expect(check.locator("li", has_text="bit.ly is a link shortener")).to_have_count(0)
    await check.get_by_role("button", name="Add “Reply STOP to opt out.”").click()
    await expect(check.locator("li", has_text="No way to opt out")).to_have_count(0)
    await check.get_by_role("button", name="Use plain characters").click()
    await expect(check.locator("li", has_text="“—”")).to_have_count(0)
    assert (await area.input_value()).endswith("ballot: ##{{'cure-your-ballot'|trackable}} Reply STOP to opt out.")

    # Seen as real people will, counted over all of them
    bubble, measure = page.locator("#preview .bubble"), page.locator("#script-cost")
    await expect(bubble).to_have_text(
        re.compile(r"^Hi \w+, it's .* with .* - fix your ballot: http\S+/l/\w{8} Reply STOP")
    )
    first = await bubble.inner_text()
    await page.get_by_role("button", name="Next", exact=True).click()
    await expect(bubble).not_to_have_text(first)
    await expect(measure.get_by_text(re.compile(r"All \d+ contacts"))).to_be_visible()
    await page.get_by_role("button", name="Send a test to my phone").click()
    await expect(page.get_by_text("On its way to")).to_be_visible()

    async def tested() -> list[dict] | None:
        return [text for text in await bank.sent() if "fix your ballot" in text["body"]] or None

    [test] = await until(tested, 30)
    assert "/l/" in test["body"] and "##" not in test["body"]

    # With a picture, and saved
    (tmp_path / "x.png").write_bytes(drawn(300, 200))
    await page.locator("#picture-new-initial").set_input_files(tmp_path / "x.png")
    await page.get_by_role("button", name="Add script").first.click()
    await expect(page.get_by_alt_text("Picture of this script")).to_be_visible()
    await expect(page.get_by_text("with the picture, at any length").first).to_be_visible()
    await write_responses(page)
    await order_responses(page)

    # Published
    await page.goto(f"{office}/publication")
    await expect(page.locator("#cost-of-all")).to_contain_text("$")
    await page.get_by_label("Public now").check()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await page.wait_for_url(re.compile("/results"))
    await text_and_answer(bank, open_page, office)
    await expect(page.get_by_text("Link Clicks").locator("xpath=following-sibling::dd").first).to_have_text("1")


async def write_responses(page: Page) -> None:
    for name, body in (("Cure: Yes", "Thank you, ##{{first_name}}!"), ("Cure: No", "Another time, ##{{first_name}}.")):
        if not await page.locator("#name-new-response").is_visible():
            await page.get_by_text("Add another response script").click()
        form = page.locator("form", has=page.locator("#body-new-response"))
        await form.get_by_label("Script Name").fill(name)
        await form.locator("textarea").fill(body)
        await form.get_by_text("Advanced Options").click()
        await form.get_by_text("Will Vote" if name.endswith("Yes") else "Wrong Number", exact=True).click()
        await form.get_by_role("button", name="Add script").click()
        await expect(page.locator(".nth", has_text=name)).to_be_visible()


async def test_enter_in_a_name_saves_and_fixes_nothing(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    await expect(page.get_by_role("heading").first).to_be_visible()
    await page.goto("/c/meyer/admin/actions/1/scripts")
    await page.get_by_text("Add another response script").click()
    await page.locator("#body-new-response").fill("Yes — thank you")
    await expect(page.locator("#check-new-response").get_by_role("button", name="Use plain characters")).to_be_visible()
    await page.locator("#name-new-response").fill("Dash")
    await page.locator("#name-new-response").press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert await page.locator(".in-order textarea:visible").first.input_value() == "Yes — thank you"


async def order_responses(page: Page) -> None:
    """By the arrows, with what is typed meanwhile kept; and by the mouse."""
    names = page.locator(".in-order .nth")
    last = page.locator(".in-order > li", has_text="Cure: No")
    if not await last.locator("textarea").is_visible():
        await last.locator("summary").first.click()
    await last.locator("textarea").fill("Typed and not saved")
    async with page.expect_response(re.compile("script-orders")):
        await last.get_by_role("button", name="Move up: Cure: No").click()
    assert await names.all_inner_texts() == ["Cure: No", "Cure: Yes"]
    assert await last.locator("textarea").input_value() == "Typed and not saved"
    await expect(page.get_by_role("button", name="Move down: Cure: No")).to_be_focused()
    await last.locator("textarea").fill("Another time, ##{{first_name}}.")
    await last.locator("summary .nth").click()  # closed again
    async with page.expect_response(re.compile("script-orders")):
        await last.locator(".handle").drag_to(page.locator(".in-order > li").last, target_position={"x": 30, "y": 30})
    assert await names.all_inner_texts() == ["Cure: Yes", "Cure: No"]
    await page.reload()
    assert await names.all_inner_texts() == ["Cure: Yes", "Cure: No"]
    # An order that is refused is put back, with the reason
    why = "Cure: bit.ly is a link shortener."
    await page.route("**/script-orders", lambda route: route.fulfill(status=422, body=why))
    await page.get_by_role("button", name="Move up: Cure: No").click()
    await expect(page.locator("#toasts")).to_contain_text(why)
    await expect(names).to_have_text(["Cure: Yes", "Cure: No"])
    await expect(page.get_by_role("button", name="Move up: Cure: No")).to_be_enabled()
    await page.unroute("**/script-orders")


async def text_and_answer(bank: Bank, open_page: OpenPage, office: str) -> None:
    """A volunteer sees the picture, sends, gets an answer and taps a script: the contact is tagged, nothing filed."""
    page = await open_page()
    await log_in(page, bank.seeded["emails"][0])
    await page.goto(office.replace("/admin", ""))
    await page.get_by_role("button", name="Start").click()
    shown = page.locator("#main > [data-card]:not([hidden])")
    await expect(shown.get_by_alt_text("The picture sent with the text")).to_be_visible()
    before = len(await bank.sent())
    await page.locator("#send:not([data-unread])").click()

    async def arrived() -> dict | None:
        found = await bank.sent()
        return found[-1] if len(found) > before else None

    text = await until(arrived, 30)
    address = re.search(r"http\S+/l/\w{8}", text["body"])
    assert address
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(address[0], headers={"user-agent": ANDROID})
        assert answer.headers["location"] == "https://vote.example.org/cure"
        await anybody.head(address[0])
    await answer_as(bank, text, "Yes I can")
    await page.goto("/c/meyer/inbox?show=all")
    await page.get_by_text("Yes I can").first.click()
    await page.get_by_role("link", name="Follow Up").click()
    await expect(page.get_by_role("radio").first).to_be_visible()
    await page.wait_for_load_state()
    await page.keyboard.press("1")
    await expect(page.get_by_role("radio").first).to_be_checked()
    await expect(page.get_by_text("Sending adds the tag")).to_have_count(2)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".ours .bubble").last).to_have_text(re.compile("Thank you, "))
    await page.get_by_role("button", name=re.compile("About this person")).click()
    await expect(page.locator("#about").get_by_text("Will Vote").first).to_be_visible()
