"""Where a list begins and ends: titles above its header, totals below, rows that a quotation mark joined."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reader.reading import case, cells, records, surveyed, write
from webapp.reader.file_error import FileError
from webapp.reader.shape import Wanted

LISA, BO = "2125550123,Lisa,Ng,02139", "3125550145,Bo,Ruiz,10001"
HEADER = "phone,first_name,last_name,zip"


@pytest.mark.parametrize(
    ("above", "header"),
    [
        ("", HEADER),
        ("Meyer for Senate\n", HEADER),
        ("Meyer for Senate,,,\nUpdated 10/31/2026 by Sue,,,\n,,,\n", HEADER),
        ("Call Sue at 412-555-0100\nor Bo,412-555-0101\n\n", HEADER),
        ("Contact,,Name,\n", HEADER),
        ("sep=,\n", HEADER),
        ("Phone list\n", "Nummer,Vorname,Name,PLZ"),
        ("Liste\nStand: heute\n", "Nummer,Vorname,Nachname,PLZ"),
    ],
)
def test_the_header_is_found_below_titles(tmp_path: Path, above: str, header: str) -> None:
    path = write(tmp_path, f"{above}{header}\n{LISA}\n{BO}\n")
    shape = surveyed(path)
    assert shape.header == tuple(header.split(",")) and not shape.headless
    assert shape.above == sum(bool(line.strip(",")) for line in above.replace("sep=,", "").splitlines())
    assert cells(path) == [LISA.split(","), BO.split(",")]
    assert shape.rows == 2 and shape.first_lines[shape.above][1].startswith(header[:5])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_titles_hide_no_delimiter(tmp_path: Path, delimiter: str) -> None:
    rows = "\n".join(line.replace(",", delimiter) for line in (HEADER, LISA, BO))
    shape = surveyed(write(tmp_path, f"Voters, ward 7, and more, too\nRun 11/01/2026, 07:00\n\n{rows}\n"))
    assert (shape.delimiter, shape.header, shape.above) == (delimiter, tuple(HEADER.split(",")), 2)


@pytest.mark.parametrize(
    "below",
    [
        "TOTAL RECORDS: 2",
        "*** END OF REPORT ***",
        ",,,Total: 2",
        "Total,,,2",
        "Grand Total:,2,,",
        "Ward 7 Total: 15",
        "Records: 2",
        "(2 rows affected)",
        "Page 1 of 3",
        "Printed on 11/01/2026 by Sue",
        "Confidential: for the Meyer campaign only",
        "----------,-----,------,----",
        HEADER,
        "Data from the county board of elections",
    ],
)
def test_totals_and_ends_of_reports_are_left_out_and_counted(tmp_path: Path, below: str) -> None:
    path = write(tmp_path, f"{HEADER}\n{LISA}\n{BO}\n\n{below}\n")
    shape = surveyed(path)
    assert (shape.rows, shape.below, len(shape.asides)) == (2, 1, 1)
    assert len(cells(path)) == 2


@pytest.mark.parametrize(
    "row",
    [
        ",Lisa,,",
        "n/a,Total,Lisa,",
        "2125550199,Total,,",
        "212 555 0199 total",
        "unknown,Page,Anna,10001",
        "Lisa Ng",
        ",Records,Ann,",
    ],
)
def test_a_person_is_never_left_out(tmp_path: Path, row: str) -> None:
    """Without a phone the row is refused, which is told by its line."""
    path = write(tmp_path, f"{HEADER}\n{row}\n{LISA}\n{row}\n")
    assert surveyed(path).below == 0 and len(cells(path)) == 3


def test_totals_between_people_and_a_header_on_each_page_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, f"Ward 7\n{HEADER}\n{LISA}\nSubtotal: 1\nPage 1 of 2\n{HEADER}\n{BO}\nSubtotal: 1\n")
    shape = surveyed(path)
    assert (shape.rows, shape.above, shape.below) == (2, 1, 4)
    assert [record.line for record in records(path)] == [3, 7]


def test_the_county_s_report_and_the_merged_titles_are_read(tmp_path: Path) -> None:
    county = surveyed(case(tmp_path, "08_county_junk.csv"))
    assert (county.header[0], county.header_line, county.rows, county.above, county.below) == ("VOTER ID", 5, 4, 3, 2)
    merged = surveyed(case(tmp_path, "16_merged_title.xlsx"))
    assert (merged.header[2], merged.rows, merged.above, merged.below) == ("Cell Phone", 2, 2, 1)


def test_without_a_header_the_first_person_stays(tmp_path: Path) -> None:
    shape = surveyed(case(tmp_path, "26_headless.txt"))
    assert shape.headless and shape.rows == 2 and shape.header[7] == "Column 8"
    below_title = surveyed(write(tmp_path, f"Ward 7\n\n{LISA}\n{BO}\n"))
    assert below_title.headless and (below_title.rows, below_title.above) == (2, 1)


def test_a_header_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}\nTelefon,Vorname,Name,PLZ\n{LISA}\n")
    assert surveyed(path).header[0] == "phone"
    chosen = surveyed(path, Wanted(header_line=2))
    assert (chosen.header[0], chosen.above, chosen.rows) == ("Telefon", 1, 1)
    none = surveyed(path, Wanted(header_line=0))
    assert none.headless and none.rows == 3
    with pytest.raises(FileError) as refused:
        surveyed(path, Wanted(header_line=9))
    assert refused.value.code == "no_header_line" and "1, 2, 3" in refused.value.message


SPELLINGS = [
    "412-555-0197",
    "412 - 555 - 0197",
    "(412) 555.0197",
    "+1 412 555 0197",
    "4 1 2 5 5 5 0 1 9 7",
    "c: 412/555-0197",
]


@pytest.mark.parametrize("number", SPELLINGS)
@pytest.mark.parametrize(
    "rows",
    [
        '2125550123,"Ann\n{number},Bo\n9175550146,"Di\n',
        '2125550123,"Ann\n{number},Bo\n9175550146,Di"\n',
        '2125550123,"Ann\n{number},"Lee, Bo"\n9175550146,"Di, Jo"\n',
        '"Ann,2125550123\nBo",{number}\n',
    ],
)
def test_rows_that_a_quotation_mark_joined_are_caught_whatever_the_spelling(
    tmp_path: Path, number: str, rows: str
) -> None:
    found = records(
        write(tmp_path, "phone,first_name\n3125550145,Cy\n" + rows.format(number=number) + "6175550148,Ed\n")
    )
    assert [record.swallowed for record in found if record.last_line > record.line] == [True]
    assert not found[0].swallowed and not found[-1].swallowed


@pytest.mark.parametrize("number", SPELLINGS)
@pytest.mark.parametrize(
    "row",
    [
        '2125550123,"Ann\nLee"',
        '2125550123,"call her son\n{number}"',
        '2125550123,"met at rally, twice\nwants a sign, a big one\ncall {number}, after 6"',
        '"2125550123\n{number}",Ann',
        '2125550123,"said ""maybe""\nthen {number}"',
    ],
)
def test_a_second_line_with_a_phone_in_a_cell_refuses_nobody(tmp_path: Path, number: str, row: str) -> None:
    [record] = records(write(tmp_path, f"phone,notes\n{row.format(number=number)}\n"))
    assert not record.swallowed and len(record.cells) == 2


def test_an_unclosed_quotation_mark_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileError) as refused:
        surveyed(write(tmp_path, 'phone,first_name\n2125550123,Ann\n3125550145,"Bo\n4125550142,Cy\n'))
    assert refused.value.code == "unbalanced_quotes" and "line 3" in refused.value.message


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("'Lisa", "Lisa"),
        ("'02139", "02139"),
        ("'+14125550502", "+14125550502"),
        ("'Lisa'", "Lisa"),
        ("'", ""),
        ("O'Hara", "O'Hara"),
        ("'t Hooft", "'t Hooft"),
        ('"=""02139"""', "02139"),
        ("#N/A", ""),
        ("#1 fan", "#1 fan"),
        ("=1+1", "=1+1"),
    ],
)
def test_what_a_spreadsheet_puts_round_a_cell_is_taken_off(tmp_path: Path, cell: str, read: str) -> None:
    path = write(tmp_path, f"phone,first_name,zip\n2125550123,{cell},15213\n")
    assert cells(path) == [["2125550123", read, "15213"]]
    assert surveyed(path).errors == (cell == "#N/A")


def test_every_cell_of_the_list_with_apostrophes_is_bare(tmp_path: Path) -> None:
    assert cells(case(tmp_path, "14_apostrophes.csv")) == [
        ["Lisa", "Ng", "4125550501", "02139", "0099"],
        ["Pat", "O'Hara", "+14125550502", "15213", ""],
    ]
