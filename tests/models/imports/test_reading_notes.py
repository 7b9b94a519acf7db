"""The rows read and the rows left out, in sentences."""

from __future__ import annotations

import pytest

from webapp.models.imports.reading_notes import notes, sheet_read
from webapp.reader.shape import Shape, Sheet

PLAIN = Shape("utf-8", ",", ("phone",), 1, 6, 2, 1, False, (("2125550123",),))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, []),
        ({"above": 1, "asides": ("Ward 7",)}, ["1 line above the header was left out: Ward 7"]),
        ({"below": 2, "asides": ("Total: 2",)}, ["2 lines of totals or notes were left out: Total: 2, …"]),
        ({"above": 1, "headless": True, "asides": ("A",)}, ["1 line above the first row was left out: A"]),
        ({"hidden": 1}, ["1 hidden row was read like the others."]),
        ({"unreadable": 1200}, ["1,200 characters can't be read and are shown as �."]),
        ({"errors": 1, "stray": 2}, [
            "1 cell holds an error such as #N/A and is blank.",
            "2 cells beside the list were left out.",
        ]),
    ],
)  # fmt: skip
def test_each_is_told(more: dict[str, object], said: list[str]) -> None:
    shape = Shape(**(PLAIN.__dict__ | more))
    assert notes(shape, without_hidden=False) == said and sheet_read(shape) == ""


def test_hidden_rows_left_out_and_other_sheets_are_told() -> None:
    shape = Shape(**(PLAIN.__dict__ | {"hidden": 2, "sheet": "B", "sheets": (Sheet("A", (), 0), Sheet("B", (), 2))}))
    assert notes(shape, without_hidden=True) == ["2 hidden rows were left out."]
    assert sheet_read(shape) == "Sheet “B” was read; these were not: A."


@pytest.mark.parametrize(
    ("header", "several"),
    [
        ("Member 1 First,Member 1 Phone,Member 2 First,Member 2 Phone", "“Member 2 First”"),
        ("First Name,Last Name,Phone,First Name 2,Last Name 2", "“First Name 2”"),
        ("Name,Phone,Spouse Name", "“Spouse Name”"),
        ("Nombre,Nombre 2,Teléfono,Teléfono 2", ""),
        ("First Name,Middle Name 2,Phone 2,Address 2,Email 2", ""),
    ],
)
def test_a_household_in_a_row_is_told(header: str, several: str) -> None:
    said = notes(Shape(**(PLAIN.__dict__ | {"header": tuple(header.split(","))})), without_hidden=False)
    assert [several in line for line in said] == ([True] if several else [])
