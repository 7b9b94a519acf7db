"""The whole way to VAN and back: a wrong key, a right one, a code chosen, a saved list in, a text, a report, the fact in VAN; and
with two VANs, in the one of the person's state (SPEC B3)."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.cast.pages.browsing import WIDE, OpenPage, answer_as, log_in, look_at, served
from tests.cast.waiting import until
from tests.faults.bank import Bank
from tests.faults.van.van_simulator import Simulator
from webapp.simulator.van.store import KEY

pytestmark = [pytest.mark.xdist_group("browser-van-story"), pytest.mark.timeout(240)]
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


async def set_key(office: Page, key: str, name: str = "") -> None:
    await office.goto(VAN + "/key")
    await office.get_by_label("API key").fill(key)
    if name:
        await office.get_by_label("Name", exact=True).fill(name)
    await office.get_by_role("button", name="Save and try it").click()


async def text(bank: Bank, page: Page, people: int) -> list[dict[str, Any]]:
    """The volunteer texts so many people. Returns what they got."""
    before = len(await bank.sent())
    await log_in(page, bank.seeded["emails"][0])
    await page.get_by_role("link", name="Home").wait_for()
    await page.goto("/c/meyer/actions/1")
    await page.get_by_role("button", name=re.compile("Start|Continue")).click()

    async def so_many(n: int) -> bool:
        return len(await bank.sent()) == before + n

    for n in range(people):
        await page.locator("#send:not([data-unread])").click()
        await until(lambda n=n: so_many(n + 1), 30)  # type: ignore[misc]
    return (await bank.sent())[before:]


async def report(bank: Bank, page: Page, sent: dict[str, Any], words: str) -> None:
    """They answer, and the volunteer reports that they will vote."""
    await page.goto("/c/meyer/inbox?show=all")
    await answer_as(bank, sent, words)
    await page.get_by_text(words).click()
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

    volunteer = await open_page()
    [sent] = await text(bank, volunteer, 1)
    await report(bank, volunteer, sent, "I will vote")
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


async def choose(office: Page, van: str, code: str) -> None:
    """Leads "Will Vote" to this code of the VAN."""
    await office.goto(VAN + "/mapping")
    await office.get_by_role("navigation", name="Which VAN").get_by_role("link", name=van).click()
    await office.get_by_label("Will Vote").select_option(label=code)
    await office.get_by_role("button", name="Save").click()
    await expect(office.get_by_text("Saved.")).to_be_visible()


async def of_state(office: Page, phone: str, state: str, van_id: str) -> None:
    """Selina types a contact's state and VAN ID."""
    await office.goto(f"/c/meyer/admin/contacts?q={phone.removeprefix('+1')}")
    await office.locator("tbody a[href*='/admin/contacts/']").first.click()
    await office.get_by_label("State", exact=True).fill(state)
    await office.get_by_label("VAN ID").fill(van_id)
    await office.get_by_role("button", name="Save", exact=True).first.click()
    await expect(office.get_by_label("VAN ID")).to_have_value(van_id)


async def test_with_two_vans_an_answer_goes_to_the_van_of_the_person_s_state(
    bank: Bank, van: Simulator, open_page: OpenPage
) -> None:
    office, before = await open_page(viewport=WIDE), len(van.told())
    await log_in(office, "selina@example.org")
    await set_key(office, KEY, "Penn")
    await expect(office.get_by_text("VAN answers.")).to_be_visible()
    await office.get_by_role("link", name="Add a VAN for other states").click()
    await office.get_by_label("API key").fill(KEY)
    await office.get_by_label("Name", exact=True).fill("Ohio")
    await office.get_by_text("My Voters", exact=True).click()
    await office.get_by_role("button", name="Save and try it").click()
    await expect(office.get_by_text("All other states go to Penn. Name the states of this VAN.").first).to_be_visible()
    await expect(office.get_by_text("What you typed is kept, except passwords and keys.")).to_be_visible()
    await office.get_by_label("API key").fill(KEY)
    await office.get_by_label("States", exact=True).fill("OH")
    await office.get_by_role("button", name="Save and try it").click()
    await expect(office.get_by_text("VAN answers.")).to_be_visible()
    await expect(office.get_by_role("row", name="Ohio")).to_contain_text("OH")
    await choose(office, "Penn", "Will Vote 2026")
    await choose(office, "Ohio", "Volunteer Prospect 2026")

    volunteer = await open_page()
    first, second = await text(bank, volunteer, 2)
    await of_state(office, first["to"], "OH", "102")
    await of_state(office, second["to"], "PA", "103")
    await report(bank, volunteer, first, "Yes from Ohio")
    await report(bank, volunteer, second, "Yes from Penn")
    await until(lambda: len(van.told()) == before + 2, 40)
    assert sorted(van.told()[before:]) == [(102, "0", 4_001), (103, "1", 4_003)]
    await office.goto(VAN)
    await office.get_by_role("navigation", name="Which VAN").get_by_role("link", name="Ohio").click()
    await expect(office.get_by_role("row").filter(has_text="VAN ID 102")).to_contain_text("In VAN")
    await expect(office.get_by_role("row").filter(has_text="VAN ID 103")).to_have_count(0)

    # Forgetting a key asks first; a VAN without one can go
    await office.goto(VAN + "/key")
    await office.get_by_role("navigation", name="Which VAN").get_by_role("link", name="Ohio").click()
    await office.get_by_text("Forget the key", exact=True).click()
    await office.get_by_role("button", name="Yes, forget the key").click()
    await expect(office.get_by_text("No key is set. Nothing is sent to VAN.")).to_be_visible()
    here = re.sub(r"^https?://[^/]+", "", office.url)
    assert [line for size in (390, 1280) for line in await looked(office, here, size)] == []
    await office.get_by_text("Remove this VAN", exact=True).click()
    await office.get_by_role("button", name="Yes, remove it").click()
    await expect(office.get_by_role("navigation", name="Which VAN")).to_have_count(0)


async def looked(page: Page, path: str, width: int) -> list[str]:
    await page.set_viewport_size({"width": width, "height": 900})
    return await look_at(page, path)
