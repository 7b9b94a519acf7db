"""People whom a list says not to text: a suppression list, and a sheet or column of them (SPEC C7)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import TESTS, Cast
from tests.cast.inputs import books
from tests.cast.lists import take_newest
from tests.cast.pages.asked import upload
from tests.cast.site import OFFICE, Browser
from webapp.models.contacts.contact import Contact
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs.opt_out import OptOut


async def test_a_strike_list_is_looked_at_and_then_struck(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "strike.txt", b"412-555-0101\n2125550123\n", kind="opt_outs", preview="1")
    await take_newest()
    page = (await gary.get(path)).text
    assert "412-555-0101" in page and "phones permanently" in page and await OptOut.all().count() == 0
    await gary.post(path + "/mapping", data={"column_0": "phone"})
    await take_newest()
    assert await OptOut.all().count() == 2 and "2 phones opted out" in (await gary.get(path)).text
    assert "Strike lists and imports" in (await gary.get(OFFICE + "/opt-outs")).text


@pytest.mark.both
async def test_a_sheet_of_people_not_to_text_is_struck_before_the_list(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    sheets: dict[str, list[list[books.Cell]]] = {
        "DNC": [["Phone"], ["4125550102"]],
        "Voters": [["First", "Phone"], ["Ann", "4125550101"], ["Bo", "4125550102"]],
    }
    gary = await browse(cast.gary)
    path = await upload(gary, "v.xlsx", books.write(tmp_path / "v.xlsx", sheets).read_bytes())
    await take_newest()
    page = (await gary.get(path)).text
    assert 'name="strike" value="DNC"' in page and "Store 2 rows" in re.sub(r"\s+", " ", page), "it asks unasked"
    columns = {"column_0": "first_name", "column_1": "phone"}
    refused = await gary.post(path + "/mapping", data=columns)
    assert refused.status_code == 422 and "Say first what becomes of sheet DNC" in refused.text
    assert not await Contact.exists(phone="+14125550102"), "nobody is stored before it is said"
    assert (await gary.post(path + "/strike-list", data={"strike": "Voters"})).headers["location"] == path
    assert (await gary.get(path + "/strike-list")).status_code == 405
    struck = (await gary.post(path + "/strike-list", data={"strike": "DNC"})).headers["location"]
    await take_newest()
    page = (await gary.get(struck)).text
    assert "Opt out 1 phone permanently" in re.sub(r"\s+", " ", page) and await OptOut.all().count() == 0
    await gary.post(struck + "/mapping", data={"column_0": "phone"})
    await take_newest()
    assert {row.phone for row in await OptOut.all()} == {"+14125550102"}
    assert f'href="{path}"' in (await gary.get(struck)).text, "back to the list that waits"
    waits = re.sub(r"\s+", " ", (await gary.get(path)).text)
    assert "Sheet <b>DNC</b> is done: 1 phone was opted out, and 0 were already." in waits
    assert 'name="strike"' not in waits
    await gary.post(path + "/mapping", data=columns)
    job = await ContactImport.get(id=int(path.rsplit("/", 1)[1]))
    while await importing.take_in(job.id, 60):
        pass
    assert (await Contact.get(phone="+14125550102")).opted_out_at and await Contact.exists(phone="+14125550101")


async def test_a_list_is_stored_without_its_sheet_of_opt_outs_only_where_that_is_said(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    gary = await browse(cast.gary)
    sheets: dict[str, list[list[books.Cell]]] = {
        "Voters": [["First", "Cell"], ["Ann", "4125550102"]],
        "DNC": [["Phone"], ["4125550102"]],
    }
    path = await upload(gary, "v.xlsx", books.write(tmp_path / "v.xlsx", sheets).read_bytes())
    await take_newest()
    form = {"column_0": "first_name", "column_1": "phone"}
    seen = (await gary.post(path + "/preview", data=form | {"without_strikes": "1"})).text
    assert re.search(r'name="without_strikes"[^>]*checked', seen), "the choice stays while columns are chosen"
    assert (await gary.post(path + "/mapping", data=form | {"without_strikes": "1"})).status_code == 303
    await take_newest()
    assert await Contact.exists(phone="+14125550102") and await OptOut.all().count() == 0


async def test_a_strike_list_that_names_only_some_rows_says_so_and_can_opt_out_these_alone(
    cast: Cast, browse: Browser
) -> None:
    """Another system's export of everybody, with a column opted_out, would be lost for good."""
    gary = await browse(cast.gary)
    file = b"phone,opted_out,Why\n2125550123,TRUE,\n2125550124,FALSE,\n2125550125,,\n,TRUE,\n"
    path = await upload(gary, "all.csv", file, kind="opt_outs", preview="1")
    await take_newest()
    page = re.sub(r"\s+", " ", (await gary.get(path)).text)
    assert "<b>opted_out</b> says not to text of 2 of the 4 rows. All phones of the file will be opted out." in page
    assert "Opt out 3 phones permanently" in page
    form = {"column_0": "phone", "column_1": "opt_out", "column_2": ""}
    page = re.sub(r"\s+", " ", (await gary.post(path + "/preview", data=form)).text)
    assert "Only the phones of these rows will be opted out." in page and "Opt out 1 phone permanently" in page
    assert "212-555-0124" not in page[page.index('id="rows"') :]
    await gary.post(path + "/mapping", data=form)
    job = await take_newest()
    assert (job.created, job.refused) == (1, 1) and {o.phone for o in await OptOut.all()} == {"+12125550123"}


async def test_a_strike_list_that_names_every_row_asks_nothing(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    file = b"phone,opted_out\n2125550123,2024-01-05\n2125550124,yes\n"
    path = await upload(gary, "stops.csv", file, kind="opt_outs", preview="1")
    await take_newest()
    assert "Before you store it" not in (await gary.get(path)).text


async def test_a_strike_list_s_preview_marks_what_will_be_refused(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    file = (TESTS / "vectors" / "lists" / "34_strike.csv").read_bytes()
    data = {"kind": "opt_outs", "preview": "1"}
    answer = await gary.post(OFFICE + "/imports", files={"file": ("34_strike.csv", file)}, data=data)
    await take_newest()
    page = re.sub(r"\s+", " ", (await gary.get(answer.headers["location"])).text)
    assert "<li>Not a phone number (1)</li>" in page and "412-555-0103" in page
    assert re.search(r"foo</th> <td> .*? Refused: Not a phone number", page)
