"""A page tells of an upload before anything is stored (SPEC C1, C3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.inputs import books
from tests.cast.lists import take_newest
from tests.cast.pages.asked import upload
from tests.cast.site import OFFICE, Browser
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact


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
