"""The whole way to VAN and back: a wrong key, a right one, a code chosen, a saved list in, a text, a report, the fact in VAN (SPEC B3)."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import WIDE, OpenPage, answer_as, log_in, look_at, served
from tests.cast.waiting import until
from tests.faults.bank import Bank
from tests.faults.van.van_simulator import Simulator
from webapp.simulator.van.store import KEY

pytestmark = [pytest.mark.xdist_group("browser-van"), pytest.mark.timeout(240)]
PEOPLE = 12
VAN = "/c/meyer/admin/van"


@pytest.fixture(scope="module")
def van() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, van: Simulator) -> AsyncIterator[Bank]:
    """Twelve people to text, all of them in VAN."""
    van_is, folder = {"TEXTBANK_VAN_API_URL": van.url + "/v4"}, tmp_path_factory.mktemp("van")
    async with served(folder, sqlite_template, PEOPLE, van_is, volunteers=1, bucket=10) as made:
        numbers = {str(500 + n): phone.removeprefix("+1") for n, phone in enumerate(made.seeded["phones"])}
        lists = {"9001": ["GOTV phones", [*map(int, numbers), 102, 103]]}
        httpx.post(van.url + "/control/faults", json={"people": numbers, "lists": lists})
        yield made


async def set_key(office: Page, key: str) -> None:
    await office.goto(VAN + "/key")
    await office.get_by_label("API key").fill(key)
    await office.get_by_role("button", name="Save and try it").click()


async def text_and_report(bank: Bank, page: Page) -> None:
    """The volunteer texts one person, who answers, and reports that they will vote."""
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Home").wait_for()
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name="Start").click()
    await page.locator("#send:not([data-unread])").click()
    sent = await until(bank.sent, 30)
    await page.goto("/c/meyer/inbox?show=all")
    await answer_as(bank, sent[0], "I will vote")
    await page.get_by_text("I will vote").click()
    await page.get_by_role("link", name="Report").click()
    await page.get_by_text("Will Vote", exact=True).click()
    await page.get_by_role("button", name="File Report").click()
    await expect(page.get_by_role("link", name="Follow Up")).to_be_visible()


async def pictures(office: Page) -> None:
    """For whoever looks at the pages: each at two widths, light and dark."""
    if not (folder := os.environ.get("TEXTBANK_PICTURES")):
        return
    for name in ("", "/mapping", "/lists", "/key"):
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                await office.set_viewport_size({"width": width, "height": 900})
                await office.emulate_media(color_scheme=scheme)
                await office.goto(VAN + name)
                await office.screenshot(
                    path=f"{folder}/van{name.replace('/', '-')}-{width}-{scheme}.png", full_page=True
                )


async def test_from_a_wrong_key_to_a_fact_in_van(bank: Bank, van: Simulator, open_page: OpenPage) -> None:
    office = await open_page(viewport=WIDE)
    await log_in(office, "selina@example.org")
    await set_key(office, "00000000-wrong")
    await expect(office.get_by_text("VAN does not accept this key.")).to_be_visible()
    await set_key(office, KEY)
    await expect(office.get_by_text("VAN answers.")).to_be_visible()

    await office.get_by_role("link", name="Codes").click()
    await office.get_by_label("Will Vote").select_option(label="Will Vote 2026")
    await office.get_by_role("button", name="Save").click()
    await expect(office.get_by_text("1 line changed.")).to_be_visible()

    await office.get_by_role("link", name="Saved lists").click()
    await office.get_by_role("row", name="GOTV phones").get_by_role("button", name="Bring in").click()
    await expect(office.get_by_text(f"{PEOPLE + 2} contacts stored.")).to_be_visible()

    await text_and_report(bank, await open_page())
    [van_id] = await until(van.taken, 30)
    assert van_id >= 500 and van.taken()[van_id] == 1
    await office.goto(VAN)
    row = office.get_by_role("row").filter(has_text=f"VAN ID {van_id}")
    await expect(row).to_contain_text(re.compile("Will Vote.*In VAN.*VAN took it", re.DOTALL))

    await pictures(office)
    assert [line for name in ("", "/mapping", "/lists", "/key") for line in await look_at(office, VAN + name)] == []
    await office.set_viewport_size({"width": 1100, "height": 900})
    await office.goto(VAN)
    table = office.locator("#van-facts .table-scroll")
    assert await table.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, "the table scrolls sideways"
