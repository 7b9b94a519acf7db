"""Uploads: looked at, stored, refused, and nobody's but the office's."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.lists import CSV, EXPECTED, SAMPLE, asked, import_file, take_newest, write
from tests.cast.pages.asked import upload
from tests.cast.site import OFFICE, Browser
from webapp.config import Settings
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs.opt_out import FROM_ADMIN


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
