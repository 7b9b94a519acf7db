"""Cells no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.exports import safe_cells


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2", "'-2"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "'\tx"),
        ("+12125550123", "+12125550123"),
        ("Lisa", "Lisa"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20x", "'\uff20x"),
        ("a;=1+1", "a;'=1+1"),
        ("a; -1;b", "a; '-1;b"),
        ("a\n=1", "a\n'=1"),
        (';"=1', ";\"'=1"),
        ("9;30 - 10;15", "9;30 - 10;15"),
        ("", ""),
    ],
)
def test_formulas_come_out_harmless_and_phones_readable(cell: str, safe: str) -> None:
    assert safe_cells.harmless(cell) == safe


def test_every_cell_is_quoted_so_that_no_separator_makes_two_of_it() -> None:
    assert safe_cells.line(["a;b", 'say "hi"', ""]) == b'"a;b","say ""hi""",""\r\n'


@given(st.lists(st.text("=+-@;,\t\r\n\"' a1\uff1d", max_size=12), min_size=1, max_size=4), st.sampled_from(",;"))
def test_no_locale_reads_a_cell_that_begins_with_a_sign(cells: list[str], separator: str) -> None:
    """Read as a spreadsheet of either locale does: quotes count only where a cell begins."""
    text = safe_cells.line(cells).decode()
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\uff1d")]
