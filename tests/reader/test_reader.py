"""Files as strangers send them: read in a process of its own, or refused with a sentence."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast.inputs import books
from webapp.reader import child, layout, text
from webapp.reader.file_error import FileError
from webapp.reader.rows import Order, Row, prepare
from webapp.reader.shape import Shape
from webapp.rules.contacts import contact_columns


async def read(path: Path) -> tuple[Shape, list[Row], str]:
    copy = path.with_suffix(".plain")
    surveyed = await child.survey(path, copy)
    assert surveyed.shape
    columns = contact_columns.match(surveyed.shape.header, {}, {"#0": "phone"} if surveyed.shape.headless else None)
    assert isinstance(columns, contact_columns.Columns)
    found: list[Row] = []
    async with child.rows(Order(str(copy), surveyed.shape, columns)) as rows:
        while part := await rows.take(7):
            found += part
    return surveyed.shape, found, surveyed.shape.sheet


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "upload.list"
    path.write_bytes(content)
    return path


async def test_a_copy_that_another_worker_reads_stays_whole_when_the_file_is_surveyed_again(tmp_path: Path) -> None:
    """A copy that was empty for a moment ended an import with no row."""
    path, copy = write(tmp_path, b"phone\n4125551001\n"), tmp_path / "upload.plain"
    await child.survey(path, copy)
    whole, first = copy.read_bytes(), copy.stat().st_ino
    with copy.open("rb"):
        await child.survey(path, copy)
        assert copy.stat().st_ino != first, "a file of its own, put in place when it is whole"
    path.write_bytes(b"%PDF-1.7\x00\x01\x02")
    with pytest.raises(FileError):
        await child.survey(path, copy)
    assert copy.read_bytes() == whole and sorted(tmp_path.iterdir()) == sorted([path, copy])


async def test_a_workbook_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = books.write(
        tmp_path / "x.csv",
        {"Voters": [["Cell", "First Name", "Zip"], [2125550123, "Lisa", 2139], [4125550101.0, "Bo\nAnn", 15213]]},
    )
    _, rows, sheet = await read(path)
    assert [r.person.phone for r in rows if r.person] == ["+12125550123", "+14125550101"]
    assert rows[0].person and rows[0].person.values == {"first_name": "Lisa", "zip": "02139"}
    assert rows[1].person and rows[1].person.values["first_name"] == "Bo Ann"
    assert sheet == "Voters"


async def test_lines_of_a_workbook_are_the_sheet_s_own(tmp_path: Path) -> None:
    rows: list[list[books.Cell]] = [["phone"], [2125550123], [None], ["n/a"]]
    _, found, _ = await read(books.write(tmp_path / "x.xlsx", {"A": rows}, first_row=4))
    assert [(row.line, row.reason) for row in found] == [(5, ""), (7, "invalid_phone")]


async def test_the_first_sheet_with_anything_on_it_is_read_and_the_others_named(tmp_path: Path) -> None:
    path = books.write(
        tmp_path / "x.xlsx",
        {"Old": [["phone"], [1]], "Empty": [], "Voters": [["phone"], [2125550123]], "More": [["x"]]},
        hidden=("Old",),
    )
    _, rows, sheet = await read(path)
    assert len(rows) == 1 and sheet == "Voters"


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda p: p.write_bytes(b"PK\x03\x04 torn"), "not_text", "packed file"),
        (lambda p: _zip(p, {"readme.txt": b"hi"}), "not_text", "packed file"),
        (lambda p: _zip(p, {"xl/workbook.xml": b"<nonsense"}), "not_text", "damaged"),
        (lambda p: books.write(p, {"A": []}), "empty_file", "empty"),
        (lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 99), "not_text", "old Excel"),
        (
            lambda p: p.write_bytes(
                "phone,name\n2125550123,José\n".encode() + "2125550124,Jos\xe9\n".encode("latin-1")
            ),
            "encoding",
            "UTF-8",
        ),
    ],
)
async def test_what_is_no_list_is_refused_with_a_sentence(tmp_path: Path, make, code: str, words: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "upload.list"
    make(path)
    with pytest.raises(FileError) as refused:
        await read(path)
    assert refused.value.code == code and words in refused.value.message


def _zip(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


async def test_a_workbook_that_says_it_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "x")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(1_010):
                part.write(b"0" * 1_000_000)
    with pytest.raises(FileError) as refused:
        await read(path)
    assert refused.value.code == "too_large" and "save it as CSV" in refused.value.message


async def test_a_reader_that_needs_too_much_memory_dies_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook whose texts take more than the limit: the process goes, the sentence stays."""
    for what in child.MEMORY:
        monkeypatch.setitem(child.MEMORY, what, 230_000_000)
    texts = "".join(f"<si><t>{n}{'x' * 4_000}</t></si>" for n in range(60_000))
    path = books.write(tmp_path / "x.xlsx", {"A": [["phone", "first_name"], [2125550000, "x"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", f"<sst>{texts}</sst>")
    with pytest.raises(FileError) as refused:
        await read(path)
    assert refused.value.code == "too_large"


async def test_a_column_of_bare_numbers_has_names_of_ours_and_loses_no_one(tmp_path: Path) -> None:
    shape, rows, _ = await read(write(tmp_path, b"\n2125550123\n3125550145\n"))
    assert shape.headless and shape.header == ("Column 1",)
    assert [(r.line, r.person and r.person.phone) for r in rows] == [(2, "+12125550123"), (3, "+13125550145")]


async def test_a_reader_that_is_ahead_of_the_worker_can_be_left_at_any_moment(tmp_path: Path) -> None:
    """Its pipe stands full then, and whoever waited for its end without reading waited for ever."""
    path = write(
        tmp_path, b"phone,first_name\n" + b"".join(b"212555%04d,%s\n" % (n % 10_000, b"x" * 90) for n in range(150_000))
    )
    surveyed = await child.survey(path, tmp_path / "plain")
    assert surveyed.shape
    columns = contact_columns.match(surveyed.shape.header, {})
    assert isinstance(columns, contact_columns.Columns)
    for pause in (0.5, 2.0, 3.0):
        async with asyncio.timeout(20):
            async with child.rows(Order(str(tmp_path / "plain"), surveyed.shape, columns)) as rows:
                assert len(await rows.take(10)) == 10
                await asyncio.sleep(pause)


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\x1a\x1e", exclude_categories=["Cs", "Cc"]), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_reading_can_go_on_from_any_row(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, str]], end: str, delimiter: str
) -> None:
    """With anything in the cells: from the byte and line after any row, the rest is as in a whole reading."""
    folder = tmp_path_factory.mktemp("resume")
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in people]
    lines = [f"phone{delimiter}first_name{delimiter}last_name"]
    lines += [delimiter.join([f"212555{n + 1000}", *row]) for n, row in enumerate(quoted)]
    (folder / "a").write_bytes(end.join([*lines, ""]).encode())
    with (folder / "a").open("rb") as source, (folder / "plain").open("wb") as target:
        encoding, _ = text.copy_plain(source, target)
    shape = layout.survey(folder / "plain", encoding)
    columns = contact_columns.match(shape.header, {})
    assert isinstance(columns, contact_columns.Columns) and shape.delimiter == delimiter
    whole = list(prepare(Order(str(folder / "plain"), shape, columns)))
    assert len(whole) == len(people) == shape.rows
    for n, row in enumerate(whole):
        assert list(prepare(Order(str(folder / "plain"), shape, columns, row.end, row.last_line))) == whole[n + 1 :]
