"""Lines that are no people (SPEC C1)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts.asides import is_aside, may_be_footer

TOTALS = [
    "Total",
    "TOTAL RECORDS: 4",
    "Grand Total: 1,204",
    "Subtotal 15",
    "Ward 7 Total: 15",
    "Total voters 12",
    "Totals:",
    "Number of records: 4",
    "Records: 4",
    "4 records",
    "(4 rows affected)",
    "12 contacts exported",
    "Count = 4",
    "*** END OF REPORT ***",
    "End of the list",
    "Page 2 of 7",
    "Printed on 11/01/2026",
    "Run date: 11/01/2026 07:00",
    "Source: county",
    "Confidential",
    "-----",
    "=====",
    "***",
]
PEOPLE = [
    "Lisa",
    "Totall",
    "Mr. Total Ng Jr of Erie in Ohio",
    "Page",
    "Count Basie",
    "Records",
    "Ann Page",
    "Notey",
    "Ward 7",
    "End",
    "Dated",
]


@pytest.mark.parametrize("cell", TOTALS)
def test_totals_and_ends_of_reports_are_known(cell: str) -> None:
    assert is_aside([cell])


@pytest.mark.parametrize("cell", PEOPLE)
def test_names_are_no_totals(cell: str) -> None:
    assert not is_aside([cell]) and not is_aside([cell, "Ng"])


@pytest.mark.parametrize(
    "cells", [["Total", "Lisa"], ["Total", "4125550101"], ["Total: 412-555-0101"], ["-", "4125550101"]]
)
def test_a_line_with_a_name_or_a_phone_beside_it_is_a_person(cells: list[str]) -> None:
    assert not is_aside(cells)


def test_numbers_beside_a_total_are_totals() -> None:
    assert is_aside(["Total", "12", "$1,204.50", "8%"])


@pytest.mark.parametrize(
    ("cell", "footer"),
    [
        ("Data from the county board", True),
        ("* estimated", True),
        ("Lisa Ng", False),
        ("call 412-555-0101 then", False),
    ],
)
def test_below_the_last_person_a_note_is_a_footer(cell: str, footer: bool) -> None:
    assert may_be_footer([cell]) is footer and not may_be_footer([cell, cell])
