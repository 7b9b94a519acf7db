"""A workbook (XLSX) as lines of text: its first visible sheet that is not empty."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

import python_calamine

from webapp.reader.file_error import FileError

LARGEST = 50_000_000  # bytes of the file
LARGEST_UNPACKED = 1_000_000_000  # bytes, by the file's own table; the memory limit holds where that lies
_VISIBLE, _SHEET = python_calamine.SheetVisibleEnum.Visible, python_calamine.SheetTypeEnum.WorkSheet
_DAMAGED = "This workbook is damaged or protected by a password. Open it in a spreadsheet and save it as CSV."
_TOO_LARGE = "This workbook is too large to be read here. Open it in a spreadsheet and save it as CSV."


def is_one(path: Path) -> bool:
    """By content, not by the file's name."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except zipfile.BadZipFile:
        return False


def copy_plain(path: Path, target: BinaryIO) -> str:
    """Writes the sheet as CSV, one line a row. Returns in words which sheet was read. Raises FileError."""
    with zipfile.ZipFile(path) as packed:
        if path.stat().st_size > LARGEST or sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
            raise FileError("too_large", _TOO_LARGE)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [s for s in book.sheets_metadata if s.visible == _VISIBLE and s.typ == _SHEET]
        for place in sheets:
            sheet = book.get_sheet_by_name(place.name)
            if sheet.height:
                _write(sheet, target)
                return _said(place.name, len(sheets) - 1)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileError("not_text", _DAMAGED) from error
    raise FileError("empty_file", "The workbook is empty. Nothing was stored.")


def _said(name: str, others: int) -> str:
    return f"Sheet “{name[:80]}” was read" + (
        f"; {others} other{'s were' if others > 1 else ' was'} not." if others else "."
    )


def _write(sheet: python_calamine.CalamineSheet, target: BinaryIO) -> None:
    """Rows above the first filled one become blank lines, so that line numbers are the sheet's."""
    text = io.TextIOWrapper(target, "utf-8", newline="\n", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    top = sheet.start[0] if sheet.start else 0
    text.write("\n" * max(0, top - _leading(sheet)))
    for row in sheet.iter_rows():
        writer.writerow([_cell(value) for value in row])
    text.detach()


def _leading(sheet: python_calamine.CalamineSheet) -> int:
    """How many empty rows the library gives before the first filled one."""
    for n, row in enumerate(sheet.iter_rows()):
        if any(value not in ("", None) for value in row):
            return n
    return 0


def _cell(value: int | float | str | bool | time | date | datetime | timedelta) -> str:
    """As the spreadsheet shows it. 4125550101.0 is a phone stored as a number."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return re.sub(r"[\r\n\x0b\x0c\x85\u2028\u2029]+", " ", str(value).replace("\x00", ""))
