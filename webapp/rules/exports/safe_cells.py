"""Cells and lines of CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BOM = b"\xef\xbb\xbf"  # at the beginning of a file, so that spreadsheets read UTF-8
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are full-width
_PHONE = re.compile(r"\+\d{7,15}")
_DOUBTFUL = re.compile(rf"^[{_SIGNS}\t\r]|[;\n\r\t]")  # all other cells stay as they are, and most cells are others
_FIRST = re.compile(rf"[{_SIGNS}\t\r]")
# Where semicolons separate cells, a spreadsheet that is given commas begins a new cell after a semicolon or a line's end
_LATER = re.compile(rf"([;\n\r\t][ \"]*)(?=[{_SIGNS}])")


def harmless(cell: str) -> str:
    """An apostrophe before = + - @, full-width ones too, and before tab or CR: at the beginning and wherever a spreadsheet
    may begin a cell. A phone in E.164 stays as it is, so that the file can be uploaded."""
    if cell.isalnum() or not _DOUBTFUL.search(cell) or _PHONE.fullmatch(cell):
        return cell
    if _FIRST.match(cell):
        cell = "'" + cell
    return _LATER.sub(r"\1'", cell)


def line(cells: Iterable[str]) -> bytes:
    """One line of CSV, with its line end."""
    return lines([cells])


def lines(rows: Iterable[Iterable[str]]) -> bytes:
    """Lines of CSV. Every cell is quoted: then no separator in it makes two of it."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
