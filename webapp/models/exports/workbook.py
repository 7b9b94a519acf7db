"""Makes a workbook, in a process of its own: `python workbook.py LINES WORKBOOK`. It imports nothing of ours and holds a few
rows in memory.

LINES: JSON, one a line. The first is {"title": ..., "columns": [[name, kind, meaning], ...]}, each other one a row.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

ROWS = 1_048_000  # a sheet holds 1,048,576
LONGEST = 32_767  # characters of a cell


def make(lines: Path, workbook: Path) -> None:
    """Text stays text: no formula, no address, no number is made of it. A sheet after the rows says what the columns mean."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(workbook.parent),
    }
    fresh = workbook.with_suffix(".new")
    with lines.open(encoding="utf-8") as source, xlsxwriter.Workbook(str(fresh), options) as book:
        about = json.loads(source.readline())
        names = [name for name, _, _ in about["columns"]]
        bold = book.add_format({"bold": True})
        for number, sheet_rows in enumerate(_sheets(source), 1):
            sheet = book.add_worksheet(about["title"] if number == 1 else f"{about['title']} {number}")
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, names, bold)
            for at, row in enumerate(sheet_rows, 1):
                _write(sheet, at, row)
        meanings = book.add_worksheet("Columns")
        for at, row in enumerate([["column", "kind", "meaning"], *about["columns"]]):
            _write(meanings, at, row)
    fresh.replace(workbook)


def _sheets(source: Iterator[str]) -> Iterator[Iterator[list[Any]]]:
    """The rows of each sheet; the first one is there without rows too."""
    line: str | None = next(source, None)

    def rows() -> Iterator[list[Any]]:
        nonlocal line
        for _ in range(ROWS):
            if line is None:
                return
            yield json.loads(line)
            line = next(source, None)

    yield rows()
    while line is not None:
        yield rows()


def _write(sheet: Any, at: int, row: list[Any]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, bool):
            sheet.write_number(at, column, int(value))
        elif isinstance(value, int | float):
            sheet.write_number(at, column, value)
        elif value:
            sheet.write_string(at, column, value[:LONGEST])


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
