"""A list from a file to people who are tagged, assigned and opted out, as an admin does it in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, Size, log_in, look_at
from tests.faults.bank import Bank

OFFICE = "/c/meyer/admin"
pytestmark = [pytest.mark.xdist_group("browser-contacts"), pytest.mark.timeout(240)]
ROWS = "Cell,First Name,Issue\n" + "".join(f"212555{n},Voter{n},Roads\n" for n in range(1000, 1060)) + "n/a,Nobody,\n"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_a_file_is_looked_at_stored_found_tagged_and_one_of_it_opted_out(
    bank: Bank, open_page: OpenPage, size: Size, tmp_path: Path
) -> None:
    page = await open_page(viewport=size)
    await log_in(page, "selina@example.org")
    name = f"Uploaded {size['width']}"
    file = tmp_path / "voters.csv"
    who = "Wide" if size is WIDE else "Phone"  # both runs may meet in one campaign
    file.write_text(ROWS.replace("212555", "212555" if size is WIDE else "312555").replace("Voter", who))
    await page.goto(OFFICE + "/lists/upload")
    await page.set_input_files("#file", file)
    await page.get_by_label("Name of the list").fill(name)
    await page.get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_role("heading", name="Which column is what?")).to_be_visible()
    await page.get_by_label("Issue").select_option("new")
    await expect(page.get_by_text("Issue: Roads").first).to_be_visible()
    assert await look_at(page, page.url) == []
    await page.get_by_role("button", name="Store 60 rows").click()
    await expect(page.get_by_role("heading", name="60 contacts stored")).to_be_visible(timeout=60_000)
    assert await look_at(page, page.url) == []
    await page.get_by_role("link", name="Open the list").click()
    await page.get_by_role("main").get_by_role("searchbox").fill(f"{who}1000")
    await page.get_by_role("main").get_by_role("button", name="Search").click()
    await page.get_by_label(f"Select {who}1000").check()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await page.locator("#kind").select_option("tag")
    await page.get_by_role("button", name="Continue").click()
    await page.locator("#do_tag").select_option(label="Will Vote")
    await page.get_by_role("button", name="Add a tag").click()
    await expect(page.get_by_role("heading", name="Done: 1 contact")).to_be_visible(timeout=20_000)
    await page.goto(OFFICE + f"/contacts?q={who}1000")
    await page.get_by_role("link", name=f"{who}1000").first.click()
    await expect(page.get_by_text("Tag added: Will Vote.")).to_be_visible()
    await page.get_by_role("button", name="Opt out", exact=True).click()
    await page.locator("#opt-out").get_by_role("button", name="Opt out").click()
    await expect(page.locator("li.happened").get_by_text("Opted out permanently")).to_be_visible()
    assert await look_at(page, page.url) == []


async def test_tags_go_to_pdi_as_a_file_by_the_ids_that_a_list_brought(
    bank: Bank, open_page: OpenPage, tmp_path: Path
) -> None:
    page, file = await open_page(viewport=WIDE), tmp_path / "pdi.csv"
    await log_in(page, "selina@example.org")
    await page.goto(OFFICE + "/exports")
    await page.get_by_label("What", exact=True).select_option("For PDI's upload")
    await page.get_by_role("button", name="Export", exact=True).click()
    await expect(page.locator("#kind-error").get_by_text("Nobody has a PDI ID: upload a list")).to_be_visible()

    file.write_text("Cell,First Name,pdi_id\n4155551000,Pia,P-77\n4155551001,Pat,P-78\n")
    await page.goto(OFFICE + "/lists/upload")
    await page.set_input_files("#file", file)
    await page.get_by_label("Name of the list").fill("Of PDI")
    await page.get_by_role("button", name="Upload", exact=True).click()
    await page.get_by_label("pdi_id").select_option("new")
    await page.get_by_role("button", name="Store 2 rows").click()
    await expect(page.get_by_role("heading", name="2 contacts stored")).to_be_visible(timeout=60_000)
    await page.goto(OFFICE + "/contacts?q=Pia")
    await page.get_by_label("Select Pia").check()
    await page.locator("#kind").select_option("tag")
    await page.get_by_role("button", name="Continue").click()
    await page.locator("#do_tag").select_option(label="Will Vote")
    await page.get_by_role("button", name="Add a tag").click()
    await expect(page.get_by_role("heading", name="Done: 1 contact")).to_be_visible(timeout=20_000)

    await page.goto(OFFICE + "/exports")
    await page.get_by_label("What", exact=True).select_option("For PDI's upload")
    await page.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("link", name="Download").first
    await expect(link).to_be_visible(timeout=20_000)
    async with page.expect_download() as coming:
        await link.click()
    heading, *rows = Path(await (await coming.value).path()).read_text("utf-8-sig").splitlines()
    assert "PDIID" in heading and "Will Vote" in heading
    assert len(rows) == 1 and "P-77" in rows[0], "who has nothing to tell is left out"


async def test_a_large_file_shows_how_far_it_has_come(bank: Bank, open_page: OpenPage, tmp_path: Path) -> None:
    page = await open_page(viewport=WIDE)
    await log_in(page, "selina@example.org")
    file = tmp_path / "large.csv"
    file.write_text("phone,notes\n" + f"2125551999,{'x' * 4_000}\n" * 400)
    await page.goto(OFFICE + "/lists/upload")
    await page.set_input_files("#file", file)
    await page.get_by_role("switch").uncheck()
    await page.get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_role("heading", name="1 contact stored")).to_be_visible(timeout=60_000)
    assert "/imports/" in page.url
