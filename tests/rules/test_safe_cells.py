"""Cells no spreadsheet takes for a formula."""

from __future__ import annotations

import pytest

from webapp.rules import safe_cells


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
        ("", ""),
    ],
)
def test_formulas_come_out_harmless_and_phones_readable(cell: str, safe: str) -> None:
    assert safe_cells.harmless(cell) == safe
