"""Workbooks: which sheet, hidden rows, formulas, passwords, cells far away."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cast.inputs import books
from tests.reader.reading import case, cells, surveyed
from webapp.reader import child, workbook
from webapp.reader.file_error import FileError
from webapp.reader.shape import Wanted
from webapp.rules.contacts import contact_rows, row_values
from webapp.rules.contacts.contact_columns import Columns

PHONE = "412-555-0101"
PEOPLE: list[list[books.Cell]] = [["First Name", "Phone"], ["Ann", "412-555-0101"], ["Bo", "412-555-0102"]]


def edited(path: Path, change: Callable[[str, str], str], **more: str) -> Path:
    """The workbook with each part changed, and more parts."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in (parts | more).items():
            book.writestr(name, change(name, part))
    return path


def refusal(path: Path, wanted: Wanted | None = None) -> FileError:
    with pytest.raises(FileError) as refused:
        surveyed(path, wanted)
    return refused.value


def test_the_sheet_that_looks_like_a_list_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    path = case(tmp_path, "18_multi_sheets.xlsx")
    shape = surveyed(path)
    assert shape.sheet == "Data" and cells(path) == [["Multi", "412-555-0541"]]
    assert [sheet.name for sheet in shape.sheets] == ["READ ME", "Data", "Data 2"]
    assert shape.sheets[0].first[0] == "How to use this sheet" and shape.sheets[1].first[1] == "Multi, 412-555-0541"
    assert [sheet.name for sheet in shape.lists] == ["Data", "Data 2"]


@pytest.mark.parametrize("name", ["Data 2", "data  2"])
def test_a_sheet_is_chosen_by_its_name(tmp_path: Path, name: str) -> None:
    assert cells(case(tmp_path, "18_multi_sheets.xlsx"), Wanted(sheet=name)) == [["Multi2", "412-555-0542"]]


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    error = refusal(case(tmp_path, "18_multi_sheets.xlsx"), Wanted(sheet="Data 3"))
    assert error.code == "no_sheet" and "READ ME, Data, Data 2" in error.message


@pytest.mark.parametrize(
    "others",
    [
        {"Notes": [["Call everybody"], ["Thank you"]]},
        {"Pivot": [["Ward", "Count"], ["7", 12], ["8", 14]]},
        {"Names": [["First Name", "Last Name"], ["Ann", "Lee"]]},
        {"Chart data": [[n, n * n] for n in range(50)]},
    ],
)
def test_whatever_stands_before_it_the_list_is_found(tmp_path: Path, others: dict[str, list[list[books.Cell]]]) -> None:
    assert surveyed(books.write(tmp_path / "x.xlsx", {**others, "Voters": PEOPLE})).sheet == "Voters"


def test_a_list_on_a_hidden_sheet_alone_is_read(tmp_path: Path) -> None:
    path = books.write(tmp_path / "x.xlsx", {"Front": [], "Voters": PEOPLE}, hidden=("Voters",))
    assert surveyed(path).sheet == "Voters"


def test_hidden_rows_are_read_counted_and_left_out_where_one_says_so(tmp_path: Path) -> None:
    path = case(tmp_path, "22_filtered.xlsx")
    shape = surveyed(path)
    assert (shape.hidden, shape.rows) == (3, 6)
    without = surveyed(path, Wanted(without_hidden=True))
    assert (without.hidden, without.rows) == (3, 3)
    assert [row[0] for row in cells(path, Wanted(without_hidden=True))] == ["F1", "F3", "F5"]


def formula(value: str) -> Callable[[str, str], str]:
    """Ann's phone becomes a formula with this value element."""
    ann = re.compile(r'<c r="B2".*?</c>')
    return lambda name, part: ann.sub(f'<c r="B2" t="n"><f>A9&amp;"1"</f>{value}</c>', part)


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>"])
def test_formulas_that_were_never_calculated_are_told(tmp_path: Path, value: str) -> None:
    error = refusal(edited(books.write(tmp_path / "x.xlsx", {"A": PEOPLE[:2]}), formula(value)))
    said = "This workbook's formulas were never calculated: open it, save it, upload again. The first is cell"
    assert (error.code, error.message) == ("formulas", f"{said} B2 of sheet “A”.")
    assert refusal(case(tmp_path, "15b_formulas_nocache.xlsx")).message.startswith(said)


def test_one_formula_that_was_never_calculated_refuses_its_row_alone(tmp_path: Path) -> None:
    path = edited(books.write(tmp_path / "x.xlsx", {"A": PEOPLE}), formula("<v/>"))
    rows = [contact_rows.read(row, Columns({0: "first_name", 1: "phone"}), 2) for row in cells(path)]
    assert [getattr(row, "reason", "") for row in rows] == ["formula", ""]
    rows = [
        contact_rows.read(row, Columns({0: "phone"}), 2) for row in ([PHONE, row_values.UNCALCULATED], ["x", PHONE])
    ]
    assert [getattr(row, "reason", "") for row in rows] == ["", "invalid_phone"], (
        "a column that is left out does not matter"
    )


def test_a_sheet_of_people_not_to_text_is_no_list_but_is_named(tmp_path: Path) -> None:
    for name in ("Do Not Text", "DNC", "Opt outs", "STOP list", "Unsubscribed", "Remove list"):
        path = books.write(tmp_path / "x.xlsx", {name: PEOPLE, "Voters": PEOPLE, "Other": PEOPLE}, hidden=(name,))
        shape = surveyed(path)
        assert (shape.sheet, [sheet.name for sheet in shape.strike_lists]) == ("Voters", [name])
        assert surveyed(path, Wanted(opt_outs=True)).sheet == name
    assert surveyed(books.write(tmp_path / "y.xlsx", {"DNC": PEOPLE})).sheet == "DNC", "where it is the only one"


def test_a_writer_that_puts_0_for_every_formula_has_calculated_none(tmp_path: Path) -> None:
    def change(name: str, part: str) -> str:
        part = part.replace("</workbook>", '<calcPr fullCalcOnLoad="1"/></workbook>')
        return formula("<v>0</v>")(name, part)

    assert refusal(edited(books.write(tmp_path / "x.xlsx", {"A": PEOPLE}), change)).code == "formulas"


def test_a_calculated_formula_is_its_value_and_another_sheet_s_does_not_matter(tmp_path: Path) -> None:
    path = books.write(tmp_path / "x.xlsx", {"A": PEOPLE, "B": [["x", "y"], ["z", "z"]]})

    def change(name: str, part: str) -> str:
        return formula("<v>4125550109</v>" if name.endswith("sheet1.xml") else "<v/>")(name, part)

    assert cells(edited(path, change))[0] == ["Ann", "4125550109"]


def test_a_password_is_told(tmp_path: Path) -> None:
    said = "This workbook has a password: take it off, upload again."
    assert refusal(case(tmp_path, "20_password.xlsx")).message == said
    old = tmp_path / "old.xls"
    old.write_bytes(
        b"\xd0\xcf\x11\xe0" + bytes(508) + b"\x09\x08\x10\x00" + bytes(16) + b"\x2f\x00\x36\x00" + bytes(99)
    )
    assert refusal(old).message == said


@pytest.mark.parametrize("place", ["XFD1048576", "XFD2", "A1048576", "ZZ1", "BA3"])
async def test_one_cell_far_away_costs_nothing_and_refuses_nobody(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = int(re.sub(r"\D", "", place))
    cell = f'<c r="{place}" t="inlineStr"><is><t>note to self</t></is></c>'

    def change(name: str, part: str) -> str:
        if number <= 3:
            return re.sub(rf'(<row r="{number}">.*?)</row>', rf"\1{cell}</row>", part)
        return part.replace("</sheetData>", f'<row r="{number}">{cell}</row></sheetData>')

    people: list[list[books.Cell]] = [["A", 4125550100 + n, 15213] for n in range(30)]
    people.insert(0, ["First Name", "Phone", "Zip"])
    path = edited(books.write(tmp_path / "x.xlsx", {"A": people}), change)
    monkeypatch.setitem(child.MEMORY, "surveying", 300_000_000)  # Python and its libraries alone take 200 MB
    shape = (await child.survey(path, tmp_path / "plain")).shape
    assert shape
    assert (shape.rows, shape.header) == (30, ("First Name", "Phone", "Zip"))
    assert [row[0] for row in cells(path)] == ["A"] * 30
    assert shape.stray + shape.below == 1, "told"


def test_a_column_without_a_name_keeps_its_cells(tmp_path: Path) -> None:
    path = books.write(
        tmp_path / "x.xlsx", {"A": [["First", "Last"], ["Ann", "Lee", 4125550101], ["Bo", "Ng", 4125550102]]}
    )
    assert surveyed(path).header == ("First", "Last", "") and cells(path)[0] == ["Ann", "Lee", "4125550101"]


def test_a_small_workbook_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_COPY", 100_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>2</v></c><c r="BXX{n}"><v>1</v></c></row>' for n in range(1, 500))
    path = books.write(tmp_path / "x.xlsx", {"A": PEOPLE})
    edited(path, lambda name, part: re.sub("<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", part))
    assert refusal(path).code == "too_large"


STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
    '<numFmt numFmtId="170" formatCode="00000"/><numFmt numFmtId="171" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="172" formatCode="[Red]0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/>'
    '<xf numFmtId="22"/></cellXfs></styleSheet>'
)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="B2"><v>4125550101</v></c>', "4125550101"),
        ('<c r="B2"><v>4.125550101E9</v></c>', "4125550101"),
        ('<c r="B2"><v>4125550101.0</v></c>', "4125550101"),
        ('<c r="B2"><v>0.1</v></c>', "0.1"),
        ('<c r="B2"><v>0.30000000000000004</v></c>', "0.3"),
        ('<c r="B2" s="1"><v>45601</v></c>', "2024-11-05"),
        ('<c r="B2" s="3"><v>45601</v></c>', "2024-11-05"),
        ('<c r="B2" s="5"><v>45601.75</v></c>', "2024-11-05 18:00:00"),
        ('<c r="B2" s="2"><v>2139</v></c>', "02139"),
        ('<c r="B2" s="4"><v>7.5</v></c>', "7.5"),
        ('<c r="B2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B2" t="str"><f>x</f><v>Ann</v></c>', "Ann"),
        ('<c r="B2" t="str"><f>x</f><v></v></c>', ""),
        ('<c r="B2" t="e"><v>#N/A</v></c>', ""),
        ('<c r="B2" t="s"><v>0</v></c>', "Ann Lee"),
        ('<c r="B2" t="s"><v>9</v></c>', ""),
        ('<c t="s"><v>1</v></c>', "Two\nlines 😀"),
        ('<x:c r="B2" t="inlineStr"><x:is><x:r><x:t>An</x:t></x:r><x:r><x:t>n</x:t></x:r></x:is></x:c>', "Ann"),
        ('<c r="B2" t="d"><v>2024-11-05</v></c>', "2024-11-05"),
    ],
)
def test_a_cell_is_read_as_the_spreadsheet_shows_it(tmp_path: Path, cell: str, shown: str) -> None:
    texts = (
        "<sst><si><r><t>Ann</t></r><r><t> Lee</t></r><rPh><t>reading</t></rPh></si>"
        "<si><t>Two_x000D_\nlines _xD83D__xDE00_</t></si></sst>"
    )

    def change(name: str, part: str) -> str:
        part = part.replace(
            "<worksheet ", '<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        )
        return re.sub(r'<c r="B2".*?</c>', cell, part)

    path = books.write(tmp_path / "x.xlsx", {"A": [["phone", "first"], [4125550101, "-"], [4125550102, "x"]]})
    edited(path, change, **{"xl/sharedStrings.xml": texts, "xl/styles.xml": STYLES})
    assert cells(path)[0] == ["4125550101", shown] or (shown == "" and cells(path)[0] == ["4125550101"])


@pytest.mark.parametrize(
    "sheet", ["<worksheet><sheetData>", "no XML", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', "<a/>" + "\x01"]
)
def test_a_damaged_sheet_is_told(tmp_path: Path, sheet: str) -> None:
    path = books.write(tmp_path / "x.xlsx", {"A": PEOPLE})
    edited(path, lambda name, part: sheet if "sheet1" in name else part)
    assert refusal(path).code == "not_text"


@pytest.mark.parametrize(("part", "what"), [("xl/workbook.bin", "binary Excel"), ("content.xml", "OpenDocument")])
def test_other_kinds_of_workbooks_are_named(tmp_path: Path, part: str, what: str) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as packed:
        packed.writestr(part, "x")
    error = refusal(tmp_path / "x")
    assert error.code == "not_text" and what in error.message and "XLSX or CSV" in error.message
