"""Uploads: looked at, stored, refused, and nobody's but the office's."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.cast import TESTS, Cast, books, opt_out_phone
from tests.cast.lists import CSV, EXPECTED, SAMPLE, asked, import_file, take_newest, write
from tests.cast.site import OFFICE, Browser
from webapp.config import Settings
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut


async def test_a_list_goes_through_the_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    with SAMPLE.open("rb") as file:
        answer = await gary.post(OFFICE + "/imports", files={"file": ("meyer_gotv.csv", file)}, data={"name": "GOTV"})
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert re.search(r'id="going">\s*Waiting\s*<', (await gary.get(path)).text)
    job = await ContactImport.get()
    while await importing.take_in(job.id, 60):
        pass
    page = (await gary.get(path)).text
    assert "5,000 contacts stored" in page and "9 rows refused" in page and "<code>language</code>" in page
    assert 'hx-trigger="load delay:1s"' not in page, "a finished upload asks no more"
    refused = await gary.get(path + "/refused.csv")
    assert refused.headers["content-type"].startswith("text/csv")
    lines = refused.content.decode("utf-8-sig").splitlines()
    assert (
        len(lines) == 10
        and lines[0].endswith('"line","why"')
        and any("Not a number in the United States" in line for line in lines)
    )
    assert "GOTV" in (await gary.get(OFFICE + "/lists")).text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "This is a picture"),
        ("empty.csv", b"", "The file is empty"),
        ("quote.csv", b'phone,name\n2125550123,"Lisa\n3125550145,Bo\n', "never closed"),
    ],
)
async def test_a_file_that_is_no_list_is_told_and_nothing_is_stored(
    cast: Cast, browse: Browser, name: str, content: bytes, words: str
) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/imports", files={"file": (name, content)})
    job = await ContactImport.get()
    await importing.take_in(job.id, 60)
    page = (await gary.get(answer.headers["location"])).text
    assert words in page and "Nothing was stored" in page
    assert await Contact.filter(campaign=cast.meyer).count() == 1


async def test_a_list_without_a_phone_column_asks_which_one_it_is(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/imports", files={"file": ("x.csv", b"Nummer,Vorname\n2125550123,Lisa\n")})
    job = await ContactImport.get()
    await importing.take_in(job.id, 60)
    path = answer.headers["location"]
    assert "Which column is what?" in (await gary.get(path)).text
    await gary.post(path + "/mapping", data={"column_0": "phone", "column_1": "first_name"})
    await importing.take_in(job.id, 60)
    assert (await Contact.get(phone="+12125550123")).first_name == "Lisa"


async def test_uploading_nothing_is_told(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(OFFICE + "/imports", data={"name": "x"})
    assert answer.status_code == 422 and "No file was chosen" in answer.text


@pytest.mark.both
async def test_every_page_of_a_failed_import_opens(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "\n\n"), "Never")
    gary, path = await browse(cast.gary), f"{OFFICE}/imports/{job.id}"
    codes = [(await gary.get(path + end)).status_code for end in ("", "/columns", "/refused.csv")]
    codes += [(await gary.post(path + end, data={"column_0": "phone"})).status_code for end in ("/preview", "/mapping")]
    assert max(codes) < 500, codes


@pytest.mark.both
async def test_a_nul_in_the_name_of_a_column_is_answered(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    job = await asked(cast, write(tmp_path, "Nummer,x\n2125550123,a\n"))
    form = {"column_0": "phone", "column_1": "a\x00"}
    answer = await (await browse(cast.gary)).post(f"{OFFICE}/imports/{job.id}/mapping", data=form)
    assert answer.status_code < 500


async def test_refused_rows_are_given_back_with_all_their_cells(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,first_name\n2125550123,Ng, Ann\n3125550145,Bo\n"))
    gary = await browse(cast.gary)
    assert "Ann" in (await gary.get(f"{OFFICE}/imports/{job.id}/refused.csv")).text


async def test_too_many_pasted_rows_leave_no_file(cast: Cast, browse: Browser, settings: Settings) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(OFFICE + "/imports", data={"pasted": "phone\n" + "2125550123\n" * 200_000})
    assert answer.status_code == 422
    assert not list((settings.data_dir / "uploads").glob("*"))


async def test_an_upload_is_nobody_s_but_the_office_s(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    job = await import_file(cast, write(tmp_path, "phone,issue\n2125550123,Roads\n"), "First")
    for who in (cast.amy, cast.jonah):
        client: httpx.AsyncClient = await browse(who)
        for slug in ("meyer", "ryan"):
            path = f"/c/{slug}/admin/imports/{job.id}"
            for end in ("", "/columns", "/refused.csv"):
                assert (await client.get(path + end)).status_code == 404
            for end in ("/mapping", "/preview", "/cancellation", "/strike-list"):
                answer = await client.post(path + end, data={"column_0": "phone"})
                assert answer.status_code in (404, 403)


async def upload(client: httpx.AsyncClient, file: str, content: bytes, **form: str) -> str:
    answer = await client.post(OFFICE + "/imports", files={"file": (file, content)}, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_columns_are_shown_with_the_rows_as_they_will_be_stored(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    book = books.write(
        tmp_path / "v.xlsx",
        {"Voters": [["Cell", "First", "Zip5", "Issue"], [2125550123, "Ann", 2139, "Roads"], ["n/a", "Bo", "", ""]]},
    )
    gary = await browse(cast.gary)
    path = await upload(gary, "v.xlsx", book.read_bytes(), name="Voters 2", preview="1")
    await take_newest()
    page = (await gary.get(path)).text
    assert (
        "212-555-0123" in page
        and "02139" in page
        and "Refused:" in page
        and "3 of 4 columns" in page
        and "Store 1 row" in re.sub(r"\s+", " ", page)
    )
    tried = await gary.post(
        path + "/preview", data={"column_0": "phone", "column_1": "", "column_2": "", "column_3": "new"}
    )
    assert "No name" in tried.text and await Contact.filter(campaign=cast.meyer).count() == 1
    wrong = await gary.post(path + "/mapping", data={"column_1": "first_name"})
    assert wrong.status_code == 422 and "One column must be the phone" in wrong.text
    await gary.post(
        path + "/mapping", data={"column_0": "phone", "column_1": "first_name", "column_2": "zip", "column_3": "new"}
    )
    job = await take_newest()
    ann = await Contact.get(phone="+12125550123")
    assert (job.status, ann.zip, await labels.field_values(ann.id)) == ("done", "02139", {"issue": "Roads"})


async def test_what_was_left_out_is_taken_in_afterwards_from_the_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "v.csv", b"phone,Issue\n2125550123,Roads\n")
    await take_newest()
    assert path + "/columns" in (await gary.get(path)).text
    assert "Import again" in (await gary.get(path + "/columns")).text
    answer = await gary.post(path + "/mapping", data={"column_0": "phone", "column_1": "new"})
    assert answer.headers["location"] != path
    await take_newest()
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"issue": "Roads"}


async def test_pasted_rows_are_a_list(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/imports", data={"pasted": "phone,first_name\n212-555-0123,Ann", "name": "By hand"}
    )
    assert answer.status_code == 303
    await take_newest()
    assert (await ContactList.get(name="By hand")).size == 1


async def test_a_workbook_past_the_limit_is_refused_at_once(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.routes.admin.imports import upload as imports

    monkeypatch.setattr(imports, "LARGEST_WORKBOOK", 10)
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/imports", files={"file": ("v.xlsx", b"PK\x03\x04" + b"x" * 99)}
    )
    assert answer.status_code == 422 and "Save it as CSV" in answer.text


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["file"])
async def test_the_vectors_come_out_the_same_through_the_page(cast: Cast, browse: Browser, case: dict) -> None:
    if case["file"].startswith("52_"):
        await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    gary = await browse(cast.gary)
    path = await upload(gary, case["file"], (CSV / case["file"]).read_bytes())
    job = await take_newest()
    page = (await gary.get(path)).text
    if case["file_error"]:
        assert job.error_code == case["file_error"] and job.stored == 0
        assert "Nothing was stored" in page or "Nothing from this file is stored yet" in page
        return
    own_rule = case["file"].startswith("52_")  # stored, opted out, counted: the named alternative
    assert job.status == "done" and job.stored == len(case["accepted"]) + own_rule
    assert job.refused == len(case["rejected"]) - own_rule and job.merged == case["counts"]["merged_duplicates"]
    assert "contacts stored" in page or "contact stored" in page


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


async def test_a_preview_tells_of_the_whole_file_and_keeps_what_was_recognised(cast: Cast, browse: Browser) -> None:
    text = (
        "First Name,Cell Phone,Home Phone,Do Not Text,Wards\nAnn,4125550201,,Y,1\nBo,,4125550202,,2\n"
        "Cy,412-555-0203 (wife),,,3\nDi,412-555-0204 do not call,,,4\n"
    )
    gary = await browse(cast.gary)
    data = {"name": "L", "preview": "1"}
    answer = await gary.post(OFFICE + "/imports", files={"file": ("l.csv", text.encode())}, data=data)
    await take_newest()
    path = answer.headers["location"]
    page = re.sub(r"\s+", " ", (await gary.get(path)).text)
    assert "<b>Do Not Text</b> says of 1 row not to text. These people will be opted out" in page
    assert "Use Home Phone where the other phones are blank (1 row)" in page
    assert (
        "Take the number from 1 row that has words beside it. Store and opt out 1 row that says “do not call”" in page
    )
    chosen = dict(re.findall(r'name="(column_\d)".*?value="([a-z_]*)" selected', page))
    assert chosen == {
        "column_0": "first_name",
        "column_1": "phone",
        "column_2": "",
        "column_3": "opt_out",
        "column_4": "",
    }
    seen = (await gary.post(path + "/preview", data={**chosen, "home": "1", "take_words": "1"})).text
    assert "412-555-0202" in seen and "412-555-0203" in seen and "will be opted out" in seen
    await gary.post(path + "/mapping", data={**chosen, "home": "1", "take_words": "1"})
    job = await take_newest()
    assert (job.stored, job.refused, job.said_no, job.home_phones) == (4, 0, 2, 1)


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


ODD = """First Name,Phone,Notes,Tags,OPTIN_TIME,do_not_text
<script>alert(1)</script>,4125550101,do not text,Yard Sign,2024-01-01,
ANN,4125550102,,Yard Sign;<b>,2024-01-01,
Bo,4125550102,,,2024-01-01,
UNKNOWN,412,<i>x</i>,,,
"""


async def test_a_preview_tells_what_will_become_of_the_rows(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "odd.csv", ODD.encode(), preview="1")
    await take_newest()
    page = re.sub(r"\s+", " ", (await gary.get(path)).text)
    for words in (
        "2 rows will be refused: </p> <ul> <li>A note says not to text this person (1)</li> <li>Not a phone number (1)</li>",
        "In 1 row <b>Notes</b> has words such as “do not text”",
        "1 row has the phone of an earlier row with another name. 412-555-0102 is ANN and Bo.",
        "Create the 2 tags that do not exist yet: Yard Sign (2), &lt;b&gt; (1).",
        "1 first name looks like no name: “&lt;script&gt;alert(1)&lt;/script&gt;”",
        "1 first name is in capitals and stays so in texts: “ANN”",
        "Store 2 rows",
    ):
        assert words in page, words
    asks = page[page.index('id="asks"') : page.index('id="columns"')]
    assert "OPTIN_TIME" not in asks and "do_not_text" not in asks, "a column that says nothing is not named"
    assert "<script>alert" not in page and "<i>x" not in page and "<b>:" not in page
    form = {f"column_{n}": field for n, field in enumerate(("first_name", "phone", "", "tags", "opt_out", "opt_out"))}
    taking = (await gary.post(path + "/preview", data={**form, "take_notes": "1"})).text
    assert "Store 3 rows" in re.sub(r"\s+", " ", taking)
    await gary.post(path + "/mapping", data={**form, "new_tags": "1"})
    job = await take_newest()
    assert (job.created, job.merged, job.refused, job.left_values) == (1, 1, 2, {})
    assert "<script>alert" not in (await gary.get(path)).text


async def test_a_preview_that_asks_for_the_phone_keeps_the_other_columns(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(
        OFFICE + "/imports", files={"file": ("x.csv", b"Nummer,First Name,ZIP\n2125550123,Lisa,10001\n")}
    )
    await take_newest()
    page = (await gary.get(answer.headers["location"])).text
    assert re.findall(r'value="([a-z_]*)" selected', page) == ["phone", "first_name", "zip"]
    assert "No column is called phone. “Nummer” looks like the phone: check the first rows below." in page
    assert "212-555-0123" in page and "Store 1 row" in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize(
    ("kind", "file", "chosen"),
    [
        ("contacts", "A,B\n2125550123,2125550124\n", ["", ""]),  # two are alike: somebody has to choose
        ("contacts", "A,B\nLisa,10001\nBo,10002\n", ["", ""]),
        ("contacts", "Lisa,212-555-0123\nBo,212-555-0124\n", ["", "phone"]),
        ("opt_outs", "Opt outs of last year\n212-555-0123\nnobody\n212-555-0124\n2125550125\n2125550126\n", ["phone"]),
        ("opt_outs", "212-555-0123, 212-555-0124\n", ["phone", "phone"]),
        ("opt_outs", "Notes\nLisa\n", [""]),
    ],
)
async def test_a_column_of_phones_without_a_name_is_offered_and_nothing_is_stored(
    cast: Cast, browse: Browser, kind: str, file: str, chosen: list[str]
) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "x.csv", file.encode(), kind=kind, preview="1")
    job = await take_newest()
    page = (await gary.get(path)).text
    assert re.findall(r'value="([a-z_]*)" selected', page) == chosen
    assert ("like the phone" in page) == ("phone" in chosen) and job.status == "asking"


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


async def test_values_that_could_not_be_stored_are_named_in_the_result(
    cast: Cast, browse: Browser, tmp_path: Path
) -> None:
    job = await import_file(
        cast, write(tmp_path, "phone,tags,state\n4125550201,Newsletter,ZZ\n4125550202,Newsletter,PA\n")
    )
    page = re.sub(r"\s+", " ", (await (await browse(cast.gary)).get(f"{OFFICE}/imports/{job.id}")).text)
    assert 'Tags</th> <td class="words">Newsletter</td> <td class="number">2</td>' in page
    assert 'State</th> <td class="words">ZZ</td> <td class="number">1</td>' in page


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("4125550201,,V5K 0A1", {"nothing to fix": True, "fix the values": False}),
        ("4125550201,Newsletter,V5K 0A1", {"nothing to fix": True, "fix the values": True}),
        ("4125550201,Newsletter,", {"nothing to fix": False, "fix the values": True}),
    ],
)
async def test_nobody_is_told_to_fix_a_canadian_postal_code(
    cast: Cast, browse: Browser, tmp_path: Path, rows: str, told: dict[str, bool]
) -> None:
    job = await import_file(cast, write(tmp_path, f"phone,tags,zip\n{rows}\n"))
    page = (await (await browse(cast.gary)).get(f"{OFFICE}/imports/{job.id}")).text
    assert {words: words in page for words in told} == told


async def test_a_list_of_two_hundred_columns_folds_what_is_left_out(cast: Cast, browse: Browser) -> None:
    header = ",".join(["phone", "first_name", *(f"q{n}" for n in range(198))])
    gary = await browse(cast.gary)
    data = {"name": "L", "preview": "1"}
    file = f"{header}\n2125550123,Lisa{',x' * 198}\n".encode()
    answer = await gary.post(OFFICE + "/imports", files={"file": ("wide.csv", file)}, data=data)
    await take_newest()
    path = answer.headers["location"]
    page = (await gary.get(path)).text
    assert "198 columns are left out" in page and page.index("column_1") < page.index("<details") < page.index(
        "column_199"
    )
    await gary.post(
        path + "/mapping", data={f"column_{n}": {0: "phone", 199: "first_name"}.get(n, "") for n in range(200)}
    )
    assert (await take_newest()).stored == 1 and (await Contact.get(phone="+12125550123")).first_name == "x"
