"""Scripts from the library, a look-up, the audit log and opt-outs that two campaigns share, each the whole way in a browser."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, answer_as, log_in, look_at
from tests.cast.waiting import until
from tests.faults.bank import Bank

pytestmark = [pytest.mark.xdist_group("browser-office-story"), pytest.mark.timeout(240)]
OFFICE = "/c/meyer/admin"
LOOK_UPS = "/c/meyer/look-ups"


async def by_the_menu(page: Page, words: str) -> None:
    await page.goto(OFFICE)
    await page.get_by_role("link", name=words, exact=True).first.click()
    await expect(page.get_by_role("heading", name=words, level=1)).to_be_visible()


async def test_prepared_scripts_become_a_draft_that_passes_the_lint(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    await by_the_menu(page, "Library of scripts")
    await page.get_by_role("link", name="Get out the vote").click()
    await expect(page.get_by_role("heading", name="Has a plan")).to_be_visible()
    await page.get_by_role("button", name="Use this script").click()
    await page.wait_for_url(re.compile(r"/actions/\d+/scripts"))
    draft = re.sub(r"^https?://[^/]+", "", page.url)
    await expect(page.get_by_role("heading", name="Get out the vote", level=1)).to_be_visible()
    area = page.get_by_label("Script message").first
    await expect(area).to_have_value(re.compile("Do you have a plan to vote.*Reply STOP to opt out"))
    answers = page.get_by_role("region", name="Response scripts").locator("ol.in-order > li")
    await expect(answers).to_have_count(11)
    await expect(answers.filter(has_text="Has a plan")).to_contain_text("Will Vote")
    for answer in await answers.all():
        await expect(answer.locator("summary").first).to_contain_text(re.compile(r"\d segments?"))
    await expect(page.locator(".lint .error")).to_have_count(0)
    await expect(page.locator(".badge.warning")).to_have_count(0)
    assert await look_at(page, draft) == []

    # The same lint speaks up as soon as the way out is gone
    await area.fill("Hi ##{{first_name}}, do you have a plan to vote?")
    await expect(page.locator(".lint .error").filter(has_text="No way to opt out").first).to_be_visible()


async def look_up(page: Page, who: str) -> None:
    await page.get_by_label("Name or phone").fill(who)
    await page.get_by_role("button", name="Look up", exact=True).click()


async def test_a_volunteer_looks_somebody_up_and_files_a_report_without_a_text(bank: Bank, open_page: OpenPage) -> None:
    page, office = await open_page(viewport=PHONE, expected="404|422|429"), await open_page(viewport=WIDE)
    before = len(await bank.sent())
    await log_in(page, "volunteer0@example.org")
    await page.goto("/c/meyer")
    await expect(page.get_by_role("link", name="Look up somebody")).to_have_count(0)
    answer = await page.goto(LOOK_UPS)
    assert answer and answer.status == 404, "without the right there is no such page"

    await log_in(office, "selina@example.org")
    await office.goto(OFFICE + "/users")
    await office.get_by_role("link", name="V0 Olunteer").first.click()
    await office.get_by_label("May look up contacts").check()
    await office.get_by_role("button", name="Save", exact=True).click()
    await expect(office.get_by_text("Saved").first).to_be_visible()

    await page.goto("/c/meyer")
    await page.get_by_role("link", name="Look up somebody").click()
    await look_up(page, "C59")
    await expect(page.get_by_role("heading", name="1 person found")).to_be_visible()
    phone = bank.seeded["phones"][59].removeprefix("+1412")
    assert phone not in re.sub(r"\D", "", await page.get_by_role("main").inner_text()), "the phone is hidden"
    await page.get_by_role("link", name="C59").click()
    await page.get_by_label("Will Vote", exact=True).check()
    await page.get_by_label("Notes").fill("Talked at the door")
    there = re.sub(r"^https?://[^/]+", "", page.url)
    await page.get_by_role("button", name="File Report").click()
    await expect(page.get_by_text("Report filed. No text was sent.")).to_be_visible()
    assert await look_at(page, there) == [] == await look_at(page, LOOK_UPS)
    await office.goto(OFFICE + "/contacts/" + there.rsplit("/", 1)[1])
    await expect(office.get_by_text("Talked at the door").first).to_be_visible()
    assert len(await bank.sent()) == before

    for _ in range(28):
        assert (await page.request.post(LOOK_UPS, form={"who": "C5"})).status == 200
    await page.goto(LOOK_UPS)
    await look_up(page, "C5")
    await expect(page.get_by_text("0 more look-ups this hour.")).to_be_visible()
    await look_up(page, "C58")
    await expect(page.get_by_text("You have looked up as many people as an hour allows.").first).to_be_visible()
    await expect(page.get_by_label("Name or phone")).to_have_value("C58")
    await expect(page.get_by_role("link", name="C58")).to_have_count(0)


async def test_an_owner_finds_a_change_in_the_audit_log_and_takes_it_home(bank: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    await page.goto(OFFICE + "/settings")
    await page.get_by_label("Undo time, seconds").fill("7")
    await page.get_by_role("button", name="Save Settings").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.goto(OFFICE + "/settings/links")
    await page.get_by_label("Title").fill("Cure your ballot")
    await page.get_by_label("Address").fill("vote.example.org/cure")
    await page.get_by_role("button", name="Add link").click()
    await page.get_by_role("link", name="Cure your ballot").click()
    own = page.get_by_role("region", name="Audit log")
    await expect(own.get_by_role("listitem")).to_have_count(1)
    await expect(own.get_by_role("listitem")).to_contain_text("Selina Meyer made the custom link Cure your ballot")
    await own.get_by_role("link", name="All entries and details").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody tr")).to_contain_text("made the custom link Cure your ballot")

    await by_the_menu(page, "Audit log")
    rows = page.locator("tbody tr")
    changed, made = rows.filter(has_text="changed the settings"), rows.filter(has_text="made the custom link")
    await page.get_by_label("Name of what was changed").fill("cure YOUR")
    await page.get_by_role("button", name="Apply").click()
    await expect(made).to_have_count(1)
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="Clear").click()
    await page.get_by_label("About").select_option(label="Settings")
    await page.get_by_label("By", exact=True).select_option(label="Selina Meyer")
    await page.get_by_role("button", name="Apply").click()
    await expect(changed).to_have_count(1)
    await expect(made).to_have_count(0)
    await expect(changed).to_contain_text("Selina Meyer")
    await changed.get_by_text("Details").click()
    await expect(changed.locator("details")).to_contain_text("7")
    here = re.sub(r"^https?://[^/]+", "", page.url)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Export", exact=True).click()
    path = Path(await (await coming.value).path())
    found = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert ["settings.saved" in row.values() for row in found] == [True], "what the page shows, and nothing else"
    assert "selina@example.org" in found[0].values() and '"undo_seconds"' in str(found[0])
    assert await look_at(page, here) == []


async def shares(page: Page, slug: str, other: str) -> None:
    await page.goto(f"/c/{slug}/admin/opt-outs")
    await page.get_by_role("link", name="Share with a campaign").click()
    await page.get_by_label("The other campaign").fill(other)
    await page.get_by_role("button", name="Share opt-outs").click()


async def test_a_stop_in_one_campaign_shows_in_the_one_it_shares_with(bank: Bank, open_page: OpenPage) -> None:
    await bank.look("second_campaign")
    selina, jonah = await open_page(viewport=WIDE), await open_page(viewport=PHONE)
    await log_in(selina, "selina@example.org")
    await log_in(jonah, "jonah@example.org")
    await shares(selina, "meyer", "ryan")
    await expect(selina.get_by_text("Waits for their owner to say the same")).to_be_visible()
    phone, list_of_ryan = bank.seeded["phones"][3], "/c/ryan/admin/opt-outs"
    await answer_as(bank, {"to": phone, "from": bank.seeded["numbers"][0]}, "STOP")

    async def shown(page: Page, path: str) -> bool:
        await page.goto(f"{path}?q={phone.removeprefix('+1')}")
        return await page.get_by_role("row").filter(has_text=phone[-4:]).count() == 1

    await until(lambda: shown(selina, OFFICE + "/opt-outs"), 30, 0.3)
    assert not await shown(jonah, list_of_ryan), "one owner alone shares nothing"
    await shares(jonah, "ryan", "meyer")
    await expect(jonah.get_by_text("Shared both ways")).to_be_visible()
    await until(lambda: shown(jonah, list_of_ryan), 90, 0.5)
    await expect(jonah.get_by_text("From a campaign that shares its opt-outs").last).to_be_visible()

    sharing = list_of_ryan + "/sharing"
    assert await look_at(jonah, sharing) == [] == await look_at(selina, OFFICE + "/opt-outs/sharing")
    await jonah.get_by_role("button", name="End", exact=True).click()
    await expect(jonah.get_by_text("Shared with nobody")).to_be_visible()
    assert await shown(jonah, list_of_ryan), "who opted out stays so"
