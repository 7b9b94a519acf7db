"""A workbook (XLSX) as lines of text: the sheet that was chosen, or the first that looks like a list (SPEC C1)."""

from __future__ import annotations

import csv
import io
import mmap
import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from webapp.reader import cell_values, sheet_xml
from webapp.reader.cell_values import Formats
from webapp.reader.file_error import FileError
from webapp.reader.shape import Sheet, Wanted
from webapp.reader.text import LINE_IN_CELL
from webapp.rules.contacts import header_line
from webapp.rules.contacts.words.flag_headers import names_strikes

LARGEST = 50_000_000  # bytes of the file
LARGEST_UNPACKED = 1_000_000_000  # bytes, by the file's own table; the memory limit holds where that lies
LARGEST_COPY = 1_000_000_000  # bytes: a small workbook can name one long text, or its last column, a million times
WIDEST = 2_000  # columns of a sheet that are read
MOST_SHEETS = 50  # that are looked at
_OLD = b"\xd0\xcf\x11\xe0"  # a file of the kind old workbooks and locked ones are
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_LOCKED_OLD = re.compile(rb"\x09\x08\x10\x00.{16}\x2f\x00", re.DOTALL)  # a workbook's beginning, then FILEPASS
_DAMAGED = "This workbook is damaged. Open it in a spreadsheet, save it as CSV and upload that."
_TOO_LARGE = "This workbook is too large to be read here. Open it in a spreadsheet and save it as CSV."
_IS_LOCKED = "This workbook has a password: take it off, upload again."
_FORMULAS = "This workbook's formulas were never calculated: open it, save it, upload again."
_OTHER_KINDS = {"xl/workbook.bin": "a binary Excel workbook", "content.xml": "an OpenDocument file"}


@dataclass(frozen=True)
class Copied:
    """``sheets``: those with something on them. ``hidden``: hidden rows of the sheet ``name``. ``stray``: its cells past
    WIDEST."""

    name: str
    sheets: tuple[Sheet, ...]
    hidden: int
    stray: int


def is_one(path: Path) -> bool:
    """By content, not by the file's name. Raises FileError for a workbook that can't be opened or is of another kind."""
    with path.open("rb") as file:
        begins = file.read(4)
        if begins == _OLD:
            raise FileError(*_old(file))
    if begins != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(_Parts(packed).names)
            locked = any(part.flag_bits & 1 for part in packed.infolist())
    except zipfile.BadZipFile:
        return False
    if "xl/workbook.xml" in names and locked:
        raise FileError("password", _IS_LOCKED)
    for part, what in _OTHER_KINDS.items():
        if part in names:
            raise FileError("not_text", f"This is {what}. Open it in a spreadsheet and save it as XLSX or CSV.")
    return "xl/workbook.xml" in names


def _old(file: BinaryIO) -> tuple[str, str]:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.find(_LOCKED) >= 0 or _LOCKED_OLD.search(whole):
            return "password", _IS_LOCKED
    return "not_text", "This is an old Excel workbook, not a list. Open it in a spreadsheet and save it as CSV."


def copy_plain(path: Path, target: BinaryIO, wanted: Wanted) -> Copied:
    """Writes the sheet as CSV, one line a row, with an empty line for a row that is not there. Raises FileError."""
    with zipfile.ZipFile(path) as packed:
        if path.stat().st_size > LARGEST or sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
            raise FileError("too_large", _TOO_LARGE)
        try:
            return _Book(packed).copy(target, wanted)
        except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError) as error:
            raise FileError("not_text", _DAMAGED) from error


class _Parts:
    """The parts of the package by their names, as writers differ in capitals and slashes."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in packed.infolist()}

    def open(self, name: str) -> IO[bytes]:
        return self.packed.open(self.names[name.lower()])

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names


@dataclass
class _Place:
    name: str
    part: str
    hidden: bool


class _Book:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.parts = _Parts(packed)
        self.since_1904 = self.recalculates = False
        self.places = self._places()
        self.texts: list[str] = []
        if "xl/sharedStrings.xml" in self.parts:
            with self.parts.open("xl/sharedStrings.xml") as part:
                self.texts = sheet_xml.shared_texts(part)
        self.formats = Formats(since_1904=self.since_1904)
        if "xl/styles.xml" in self.parts:
            with self.parts.open("xl/styles.xml") as part:
                self.formats = sheet_xml.formats(part, self.since_1904)

    def copy(self, target: BinaryIO, wanted: Wanted) -> Copied:
        chosen = self._named(wanted.sheet) if wanted.sheet else None
        shown = [place for place in self.places if not place.hidden or names_strikes(place.name)]
        sheets = self._sheets(shown) or self._sheets(self.places)
        if chosen is None:
            if not sheets:
                raise FileError("empty_file", "The workbook is empty. Nothing was stored.")
            best = max(sheets, key=lambda sheet: sheet.fits(wanted.opt_outs))
            chosen = next(place for place in self.places if place.name == best.name)
        return Copied(chosen.name, tuple(sheets), *self._write(chosen, target, wanted.without_hidden))

    def _named(self, name: str) -> _Place:
        for same in (lambda other: other == name, lambda other: _folded(other) == _folded(name)):
            for place in self.places:
                if same(place.name):
                    return place
        there = ", ".join(place.name[:80] for place in self.places if not place.hidden)
        raise FileError("no_sheet", f"This workbook has no sheet {name[:80]}. Its sheets: {there}.")

    def _sheets(self, places: list[_Place]) -> list[Sheet]:
        """Those with something on them, by their first rows."""
        found = []
        for place in places[:MOST_SHEETS]:
            if lines := self._first_lines(place):
                shown = tuple(", ".join(cell[:60] for cell in line if cell)[:120] for line in lines[:3])
                looks_like = header_line.find(lines).looks_like_list
                found.append(Sheet(place.name, shown, looks_like, names_strikes(place.name)))
        return found

    def _first_lines(self, place: _Place) -> list[list[str]]:
        lines: list[list[str]] = []

        def take(row: sheet_xml.Row) -> None:
            if row.cells:
                lines.append([row.cells.get(n, "") for n in range(min(max(row.cells) + 1, header_line.WIDEST))])
            if len(lines) == header_line.CANDIDATES:
                raise sheet_xml.Enough

        self._read(place, take)
        return [line for line in lines if any(cell.strip() for cell in line)]

    def _read(self, place: _Place, take: Callable[[sheet_xml.Row], None]) -> None:
        with self.parts.open(place.part) as part:
            try:
                sheet_xml.rows(part, self.texts, self.formats, take)
            except sheet_xml.Enough:
                return

    def _write(self, place: _Place, target: BinaryIO, without_hidden: bool) -> tuple[int, int]:
        """Returns the numbers of hidden rows with cells and of stray cells. A hidden row that is not wanted becomes an empty
        line."""
        copy = _Copy(target, without_hidden)
        self._read(place, copy.take)
        copy.text.detach()
        if copy.never_calculated(self.recalculates):
            raise FileError("formulas", f"{_FORMULAS} The first is {copy.first} of sheet “{place.name[:80]}”.")
        return copy.hidden, copy.stray

    def _places(self) -> list[_Place]:
        """The sheets in order; charts are none."""
        links = self._links()
        found: list[_Place] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                target = next((links.get(v, "") for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                if target in self.parts:
                    found.append(
                        _Place(attributes.get("name", ""), target, attributes.get("state", "visible") != "visible")
                    )
            elif name == "workbookPr":
                self.since_1904 = attributes.get("date1904") in ("1", "true")
            elif name == "calcPr":
                self.recalculates = attributes.get("fullCalcOnLoad") in ("1", "true")

        with self.parts.open("xl/workbook.xml") as part:
            sheet_xml.parse(part, start, lambda name, text: None)
        return found

    def _links(self) -> dict[str, str]:
        """Id -> the name of a worksheet's part."""
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                target = attributes.get("Target", "").replace("\\", "/")
                whole = target[1:] if target.startswith("/") else posixpath.normpath("xl/" + target)
                found[attributes.get("Id", "")] = whole

        with self.parts.open("xl/_rels/workbook.xml.rels") as part:
            sheet_xml.parse(part, start, lambda name, text: None)
        return found


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


class _Copy:
    """A sheet's rows as lines of CSV."""

    def __init__(self, target: BinaryIO, without_hidden: bool) -> None:
        self.target, self.without_hidden = target, without_hidden
        self.text = io.TextIOWrapper(target, "utf-8", errors="replace", newline="\n")
        self.writer = csv.writer(self.text, lineterminator="\n")
        self.done = self.hidden = self.stray = self.uncalculated = self.formulas = self.zeros = self.rows = 0
        self.first = ""  # cell with a formula without a value, or with a formula

    def never_calculated(self, recalculates: bool) -> bool:
        return self.uncalculated * 2 >= max(self.rows, 1) or (recalculates and 0 < self.formulas == self.zeros)

    def take(self, row: sheet_xml.Row) -> None:
        self.hidden += row.hidden and bool(row.cells)
        self.rows += bool(row.cells)
        self.uncalculated += row.uncalculated > 0
        if row.formulas and (not self.first or (row.uncalculated and self.uncalculated == 1)):
            self.first = f"cell {cell_values.letters(row.first)}{row.number}"
        self.formulas, self.zeros = self.formulas + row.formulas, self.zeros + row.zeros
        cells = {} if row.hidden and self.without_hidden else row.cells
        last = max((n for n in cells if n < WIDEST), default=-1)
        self.stray += sum(n >= WIDEST for n in cells)
        self.text.write("\n" * (row.number - 1 - self.done))
        self.writer.writerow([cells.get(n, "").replace("\n", LINE_IN_CELL) for n in range(last + 1)])
        self.done = row.number
        if self.target.tell() > LARGEST_COPY:
            raise FileError("too_large", _TOO_LARGE)
