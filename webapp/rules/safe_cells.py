"""Cells and lines of CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BOM = b"\xef\xbb\xbf"  # at the beginning of a file, so that spreadsheets read UTF-8
_PHONE = re.compile(r"\+\d{7,15}")


def harmless(cell: str) -> str:
    """An apostrophe before = + - @ tab or CR. A phone in E.164 stays as it is, so that the file can be uploaded."""
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _PHONE.fullmatch(cell):
        return "'" + cell
    return cell


def line(cells: Iterable[str]) -> bytes:
    """One line of CSV, with its line end."""
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()
