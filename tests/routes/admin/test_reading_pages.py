"""How an uploaded file is read: the sheet, the header line and hidden rows are chosen on the page."""

from __future__ import annotations

import re

import pytest

from tests.cast import Cast
from tests.cast.lists import CASES, take_newest
from tests.cast.site import OFFICE, Browser
from webapp.models.accounts.audit import AuditEvent
from webapp.models.contacts.contact import Contact
from webapp.models.imports.job import ContactImport


async def upload(cast: Cast, browse: Browser, name: str, content: bytes = b"", preview: str = "1"):  # type: ignore[no-untyped-def]
    """Gary uploads a file and a worker reads it. Returns his browser and the import's address."""
    gary = await browse(cast.gary)
    content = content or (CASES / name).read_bytes()
    answer = await gary.post(
        OFFICE + "/imports", files={"file": (name, content)}, data={"preview": preview, "name": "L"}
    )
    await take_newest()
    return gary, answer.headers["location"]


async def phones(cast: Cast) -> set[str]:
    found = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
    return {contact.phone for contact in found}


def checked(page: str) -> list[str]:
    return re.findall(r'<input type="radio" name="sheet" value="([^"]*)" checked>', page)


@pytest.mark.both
async def test_another_sheet_is_chosen_and_read(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "18_multi_sheets.xlsx")
    page = (await gary.get(path)).text
    assert checked(page) == ["Data"] and "How to use this sheet" in page and "Multi2, 412-555-0542" in page
    answer = await gary.post(path + "/reading", data={"sheet": "Data 2", "header_line": "1"})
    assert answer.headers["location"] == path
    await take_newest()
    page = (await gary.get(path)).text
    assert checked(page) == ["Data 2"] and "412-555-0542" in page and await phones(cast) == set()
    await gary.post(path + "/mapping", data={"column_0": "first_name", "column_1": "phone"})
    job = await take_newest()
    assert job.status == "done" and await phones(cast) == {"+14125550542"}
    assert "these were not: READ ME, Data." in (await gary.get(path)).text
    assert await AuditEvent.exists(what="list.read_again")


async def test_columns_that_are_read_with_a_phone_say_so_and_are_not_counted_as_left_out(
    cast: Cast, browse: Browser
) -> None:
    rows = b"First Name,Area Code,Phone,Ext,Party\nAnn,412,5550101,,D\nBo,412,5550102,7,D\n"
    gary, path = await upload(cast, browse, "list.csv", rows)
    page = (await gary.get(path)).text
    assert page.count("read with Phone") == 2 and "4 of 5 columns will be stored" in page
    assert "412-555-0101" in page and "A number with an extension" in page


async def test_two_sheets_that_look_like_lists_are_asked_about_without_a_preview_too(
    cast: Cast, browse: Browser
) -> None:
    gary, path = await upload(cast, browse, "18_multi_sheets.xlsx", preview="")
    assert (await ContactImport.get()).status == "asking" and checked((await gary.get(path)).text) == ["Data"]
    await gary.post(path + "/mapping", data={"column_0": "first_name", "column_1": "phone"})
    assert (await take_newest()).status == "done" and await phones(cast) == {"+14125550541"}


@pytest.mark.both
async def test_hidden_rows_are_left_out_where_one_says_so(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "22_filtered.xlsx")
    page = (await gary.get(path)).text
    assert "3 hidden rows were read like the others" in page and "Store 6 rows" in re.sub(r"\s+", " ", page)
    form = {"header_line": "1", "without_hidden": "1", "column_0": "", "column_1": "phone", "column_2": "first_name"}
    await gary.post(path + "/reading", data=form)
    await take_newest()
    page = (await gary.get(path)).text
    assert "3 hidden rows were left out" in page and "Store 3 rows" in re.sub(r"\s+", " ", page)
    assert re.search(r'id="column_2".*?<option value="first_name" selected>', page, re.DOTALL), "columns stay chosen"
    await gary.post(path + "/mapping", data={"column_1": "phone"})
    await take_newest()
    assert await phones(cast) == {"+14125550601", "+14125550603", "+14125550605"}


async def test_what_was_chosen_stays_when_the_file_is_read_once_more(cast: Cast, browse: Browser) -> None:
    """Every choice of the page: a new field, home phones, the switches for words and notes."""
    file = b"Cell,Home Phone,Shoe size,Notes\n2125550123 (wife),,9,no texts\n,2125550124,8,\n"
    gary, path = await upload(cast, browse, "x.csv", file)
    form = {f"column_{n}": field for n, field in enumerate(("phone", "", "new", ""))}
    form |= {"header_line": "1", "home": "1", "take_words": "1", "take_notes": "1"}
    await gary.post(path + "/reading", data=form)
    await take_newest()
    page = (await gary.get(path)).text
    chosen = re.findall(r'id="column_(\d)".*?<option value="([a-z_]*)" selected>', page, re.DOTALL)
    assert chosen == [("0", "phone"), ("1", "phone"), ("2", "new"), ("3", "")]
    assert "Shoe size: 9" in re.sub(r"\s+", " ", page), "as it will be stored"
    for name in ("take_words", "take_notes"):
        assert re.search(rf'name="{name}"[^>]* checked', page), name


async def test_lines_left_out_are_told_before_and_after(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "08_county_junk.csv")
    told = "3 lines above the header and 2 lines of totals or notes were left out: ALLEGHENY COUNTY"
    page = (await gary.get(path)).text
    assert told in page and "TOTAL RECORDS: 4" in page and "Store 4 rows" in re.sub(r"\s+", " ", page)
    await gary.post(path + "/mapping", data={"column_8": "phone"})
    job = await take_newest()
    assert (job.stored, job.refused) == (4, 0) and told in (await gary.get(path)).text


async def test_the_header_line_is_chosen(cast: Cast, browse: Browser) -> None:
    content = b"Who,Where\nNummer,Vorname\n2125550123,Ann\n"
    gary, path = await upload(cast, browse, "x.csv", content)
    assert re.search(r'<option value="1" selected>\s*Line 1: Who, Where', (await gary.get(path)).text)
    await gary.post(path + "/reading", data={"header_line": "2"})
    await take_newest()
    page = (await gary.get(path)).text
    assert ">Nummer</label>" in page and "1 line above the header was left out: Who, Where" in page
    await gary.post(path + "/reading", data={"header_line": "0"})
    await take_newest()
    assert ">Column 1</label>" in (await gary.get(path)).text


async def test_a_choice_that_can_t_be_read_is_told_and_the_file_asks_as_before(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "x.csv", b"Who,Where\n2125550123,Ann\n")
    await gary.post(path + "/reading", data={"header_line": "2"})
    job = await take_newest()
    page = (await gary.get(path)).text
    assert job.status == "asking" and "The file has a header and no rows" in page and ">Who</label>" in page


async def test_a_sheet_is_read_after_another_was_stored(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "18_multi_sheets.xlsx")
    await gary.post(path + "/mapping", data={"column_0": "first_name", "column_1": "phone"})
    await take_newest()
    answer = await gary.post(path + "/reading", data={"sheet": "Data 2"})
    assert answer.headers["location"] != path
    job = await take_newest()
    assert job.status == "asking" and await phones(cast) == {"+14125550541"}
    await gary.post(answer.headers["location"] + "/mapping", data={"column_0": "first_name", "column_1": "phone"})
    await take_newest()
    assert await phones(cast) == {"+14125550541", "+14125550542"}


async def test_a_sheet_that_was_chosen_but_not_read_is_shown_before_anything_is_stored(
    cast: Cast, browse: Browser
) -> None:
    """An admin who chooses another sheet and presses Store at once must not get the one on the page."""
    gary, path = await upload(cast, browse, "18_multi_sheets.xlsx")
    form = {"sheet": "Data 2", "header_line": "1", "column_0": "first_name", "column_1": "phone"}
    assert checked((await gary.post(path + "/preview", data=form)).text) == ["Data 2"], "the choice stays"
    await gary.post(path + "/mapping", data=form)
    job = await take_newest()
    assert job.status == "asking" and await phones(cast) == set()
    await gary.post(path + "/mapping", data=form)
    await take_newest()
    assert await phones(cast) == {"+14125550542"}


@pytest.mark.both
async def test_a_wrong_form_changes_nothing(cast: Cast, browse: Browser) -> None:
    gary, path = await upload(cast, browse, "18_multi_sheets.xlsx")
    for form in ({}, {"sheet": "No\x00ne", "header_line": "99"}, {"header_line": "x" * 5_000}):
        assert (await gary.post(path + "/reading", data=form)).status_code == 303
        await take_newest()
        assert checked((await gary.get(path)).text) == ["Data"]
    assert (await gary.get(path + "/reading")).status_code == 405


async def test_only_the_office_chooses(cast: Cast, browse: Browser) -> None:
    _, path = await upload(cast, browse, "18_multi_sheets.xlsx")
    for who in (cast.amy, cast.jonah):
        for address in (path, path.replace("/meyer/", "/ryan/")):
            answer = await (await browse(who)).post(address + "/reading", data={"sheet": "Data 2"})
            assert answer.status_code in (403, 404)
    assert (await ContactImport.get()).status == "asking"


async def test_what_can_t_be_opened_is_told_in_one_sentence(cast: Cast, browse: Browser) -> None:
    for name, said in (
        ("20_password.xlsx", "has a password: take it off"),
        ("15b_formulas_nocache.xlsx", "never calculated"),
    ):
        gary, path = await upload(cast, browse, name)
        page = (await gary.get(path)).text
        assert said in page.replace("&#39;", "'") and "Nothing was stored." in page
    assert await phones(cast) == set()
