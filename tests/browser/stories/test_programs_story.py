"""In and out by program as an owner meets it: a token, a webhook and a nightly import, each with a real computer on the other side."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.cast.pages.browsing import PHONE, WIDE, OpenPage, Size, log_in, look_at, served
from tests.cast.stand_ins.letters import mailbox
from tests.cast.stand_ins.other_computer import FILE, SECRET, other_computer
from tests.cast.stand_ins.sftp import PASSWORD, USER, sftp_server
from tests.cast.waiting import until
from tests.faults.bank import Bank
from webapp.simulator.mailbox import Mailbox

pytestmark = [pytest.mark.xdist_group("browser-programs-story"), pytest.mark.timeout(300)]
OFFICE = "/c/meyer/admin"
HOOKS, NIGHTLY = OFFICE + "/settings/webhooks", OFFICE + "/nightly-imports"


@pytest.fixture(scope="module")
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, mail: Mailbox) -> AsyncIterator[Bank]:
    """With a mail server."""
    assert mail.controller
    smtp = {"TEXTBANK_SMTP_URL": f"smtp://127.0.0.1:{mail.controller.port}"}
    folder = tmp_path_factory.mktemp("programs")
    async with served(folder, sqlite_template, 5, smtp, volunteers=1) as made:
        yield made


async def opt_out(office: Page, phone: str) -> None:
    """Selina opts a phone out by hand."""
    await office.goto(OFFICE + "/opt-outs")
    await office.get_by_label("Phone", exact=True).fill(phone)
    await office.get_by_role("button", name="Add permanently").click()
    await expect(office.get_by_text("is opted out permanently.")).to_be_visible()


async def event_says(office: Page, there: str, what: str, words: str) -> Locator:
    """The row of an event, once the page says so of it: the answer is noted a moment after it came."""

    async def says_so() -> bool:
        await office.goto(there)
        return words in await row.inner_text()

    row = office.get_by_role("row").filter(has_text=what)
    await until(says_so, 60, 0.3)
    return row


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_a_token_is_made_used_by_a_program_and_ended(bank: Bank, open_page: OpenPage, size: Size) -> None:
    office = await open_page(viewport=size)
    await log_in(office, "selina@example.org")
    await office.goto(OFFICE + "/settings/api")
    await office.get_by_label("Name", exact=True).fill("Website")
    await office.get_by_role("button", name="Make the token").click()
    await expect(office.get_by_text("Choose what the token may do.").first).to_be_visible()
    await expect(office.get_by_label("Name", exact=True)).to_have_value("Website")
    for may in ("Bring opt-outs", "Read opt-outs"):
        await office.get_by_label(may, exact=True).check()
    await office.get_by_role("button", name="Make the token").click()
    await expect(office.get_by_text("The token Website is made.")).to_be_visible()
    secret = await office.get_by_label("Token", exact=True).input_value()
    assert await look_at(office, OFFICE + "/settings/api") == []

    api = httpx.AsyncClient(
        base_url=f"{bank.url}/api/v1/campaigns/meyer", headers={"authorization": f"Bearer {secret}"}
    )
    async with api as program:
        phone = f"+1412555{size['width']:04}"
        said = await program.post(
            "/opt-outs", json={"phones": [phone]}, headers={"idempotency-key": str(size["width"])}
        )
        assert said.json()["opted_out"] == 1, said.text
        rows = (await program.get("/opt-outs")).json()["items"]
        assert [row["source"] for row in rows][-1] == "api" and phone not in str(rows), "masked without the scope"
        refused = await program.get("/messages")
        assert refused.status_code == 403 and refused.headers["content-type"] == "application/problem+json"

        await office.goto(OFFICE + "/settings/api")
        row = office.get_by_role("row").filter(has_text=f"Ends in {secret[-4:]}")
        await expect(row).not_to_contain_text("Never")
        assert secret not in await office.content()
        await row.get_by_role("button", name="End", exact=True).click()
        await expect(office.get_by_text(f"Ends in {secret[-4:]}")).to_have_count(0)
        assert (await program.get("/opt-outs")).status_code == 401


async def test_a_webhook_arrives_fails_and_is_sent_again_by_hand(bank: Bank, open_page: OpenPage) -> None:
    office = await open_page(viewport=WIDE)
    async with other_computer() as other:
        await log_in(office, "selina@example.org")
        await office.goto(HOOKS)
        await office.get_by_label("Address").fill("http://10.0.0.7/hook")
        await office.get_by_label("A phone opted out").check()
        await office.get_by_role("button", name="Make the endpoint").click()
        await expect(office.get_by_text("The address has to begin with https://.").first).to_be_visible()
        await office.get_by_label("Address").fill(other.url(f"hook/{SECRET}?token=t0k3n-value"))
        await office.get_by_role("button", name="Make the endpoint").click()
        await expect(office.get_by_label("Secret", exact=True)).to_have_value(re.compile("^whsec_"))
        assert SECRET not in await office.content(), "the rest of the address may be a secret"

        await opt_out(office, "4125550777")
        await until(lambda: len(other.taken) == 1, 60)
        await office.goto(HOOKS)
        await office.get_by_role("link", name=f":{other.port}/hook").click()
        there = office.url
        await event_says(office, there, "A phone opted out", "Taken")
        assert SECRET not in await office.content() and "thanks" in await office.content()

        other.answers = [500]
        await opt_out(office, "4125550778")
        await until(lambda: len(other.taken) == 2, 60)
        failed = await event_says(office, there, other.taken[1], "HTTP 500 our database is away")
        await expect(office.get_by_text("It has failed since")).to_be_visible()
        other.answers = []
        await failed.get_by_role("button", name="Send again").click()
        await until(lambda: len(other.taken) == 3, 60)
        assert other.taken[2] == other.taken[1], "the same event has the same id"
        await event_says(office, there, other.taken[1], "HTTP 200")
        assert [line for page in (HOOKS, there.removeprefix(bank.url)) for line in await look_at(office, page)] == []
        await office.goto(HOOKS)
        await office.get_by_role("button", name="End", exact=True).click()
        await expect(office.get_by_text("No webhooks")).to_be_visible()


async def choose_the_columns(office: Page) -> None:
    await office.get_by_role("link", name="Open").first.click()
    await office.get_by_label("cell").select_option(label="Phone")
    await office.get_by_label("given").select_option(label="First name")
    await office.get_by_role("button", name="Store 2 rows").click()
    await expect(office.get_by_role("heading", name="2 contacts stored")).to_be_visible(timeout=60_000)


async def test_a_file_is_fetched_its_columns_chosen_fetched_again_and_reported(
    bank: Bank, open_page: OpenPage, mail: Mailbox
) -> None:
    office = await open_page(viewport=WIDE)

    def letters(words: str) -> list[str]:
        return [
            one.text for one in mail.letters if "From the sheet" in one.text and words in " ".join(one.text.split())
        ]

    async with other_computer() as other:
        await log_in(office, "selina@example.org")
        await office.goto(NIGHTLY)
        await office.get_by_label("Address").fill("http://192.168.0.1/file")
        await office.get_by_label("List", exact=True).fill("From the sheet")
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("The address has to begin with https://.").first).to_be_visible()
        await expect(office.get_by_label("List", exact=True)).to_have_value("From the sheet")
        await office.get_by_label("Address").fill(other.url("file?key=t0k3n"))
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("Choose the columns")).to_be_visible(timeout=60_000)
        here = office.url
        assert "t0k3n" not in await office.content()
        await choose_the_columns(office)
        await until(lambda: letters("New: 2."), 60)

        other.file += "412-555-0652,Zoe\nn/a,Nobody\n"
        await office.goto(here)
        await office.get_by_role("button", name="Fetch it now").click()
        await until(lambda: letters("New: 1. Updated: 2. Refused: 1."), 90)
        await office.goto(here)
        await expect(office.get_by_role("row").nth(1)).to_contain_text("New: 1. Updated: 2. Refused: 1.")

        other.file = "cell,shoe\n412-555-0653,43\n"
        await office.get_by_role("button", name="Fetch it now").click()
        await until(lambda: letters("stored nothing tonight"), 90)
        assert await look_at(office, here.removeprefix(bank.url)) == [] == await look_at(office, NIGHTLY)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_an_sftp_folder_s_server_is_confirmed_its_newest_file_read_and_a_changed_key_stops_it(
    bank: Bank, open_page: OpenPage, mail: Mailbox, tmp_path: Path, size: Size
) -> None:
    office, name = await open_page(viewport=size), f"From the folder {size['width']}"
    async with sftp_server(tmp_path / "sftp") as server:
        server.put("voters-1.csv", FILE)
        await log_in(office, "selina@example.org")
        await office.goto(NIGHTLY)
        await office.get_by_role("link", name="SFTP folder").click()
        await office.get_by_label("Server", exact=True).fill("192.168.0.1")
        await office.get_by_label("Port", exact=True).fill(str(server.port))
        await office.get_by_label("User", exact=True).fill(USER)
        await office.get_by_label("Password", exact=True).fill(PASSWORD)
        await office.get_by_label("List", exact=True).fill(name)
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("has to name a server on the internet").first).to_be_visible()
        await expect(office.get_by_label("User", exact=True)).to_have_value(USER)
        await expect(office.get_by_label("Password", exact=True)).to_have_value("")
        await office.get_by_label("Server", exact=True).fill("127.0.0.1")
        await office.get_by_label("Password", exact=True).fill(PASSWORD)
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("Is this the server?")).to_be_visible(timeout=60_000)
        await expect(office.get_by_role("code").filter(has_text=server.fingerprint)).to_be_visible()
        here = office.url
        assert server.tried == [] and PASSWORD not in await office.content()
        assert await look_at(office, here.removeprefix(bank.url)) == []
        await office.get_by_role("button", name="Confirm the key and fetch").click()
        await expect(office.get_by_text("Choose the columns")).to_be_visible(timeout=60_000)
        await choose_the_columns(office)

        server.put("voters-2.csv", FILE + "412-555-0652,Zoe\nn/a,Nobody\n", 1_700_000_500)
        await office.goto(here)
        await office.get_by_role("button", name="Fetch it now").click()
        await until(lambda: [one for one in mail.letters if name in one.text and "Refused: 1." in one.text], 90)
        await office.goto(here)
        await expect(office.get_by_role("row").nth(1)).to_contain_text("voters-2.csv")

        await server.show_another_key()
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("It may be another server").first).to_be_visible(timeout=60_000)
        await expect(office.get_by_role("code").filter(has_text=server.fingerprint)).to_be_visible()
        assert server.tried == [PASSWORD] * 2, "nothing was sent to the other server"
        assert (
            await look_at(office, here.removeprefix(bank.url)) == [] == await look_at(office, NIGHTLY + "?from=folder")
        )


async def test_an_address_without_a_file_is_said_on_the_page_and_by_mail(
    bank: Bank, open_page: OpenPage, mail: Mailbox
) -> None:
    office = await open_page(viewport=PHONE)
    async with other_computer() as other:
        await log_in(office, "selina@example.org")
        await office.goto(NIGHTLY)
        await office.get_by_label("Address").fill(other.url("elsewhere"))
        await office.get_by_label("List", exact=True).fill("Nowhere")
        await office.get_by_role("button", name="Fetch it now").click()
        await expect(office.get_by_text("Nothing stored")).to_be_visible(timeout=60_000)
        await expect(office.get_by_text("404")).to_be_visible()
        await until(lambda: [one for one in mail.letters if "onto Nowhere" in one.text and "404" in one.text], 90)
        await office.goto(NIGHTLY)
        await office.get_by_role("row").filter(has_text="Nowhere").get_by_role("button", name="End", exact=True).click()
        await expect(office.get_by_text("Nowhere")).to_have_count(0)
