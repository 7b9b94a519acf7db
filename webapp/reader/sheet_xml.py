"""The parts of a workbook (XLSX) that hold cells, read as a stream: memory depends on the texts, not on where cells stand.

A library that keeps a sheet as a rectangle can't hold one stray cell in the last row, nor tell a hidden row or a formula that
was never calculated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO
from xml.parsers import expat

from webapp.reader import cell_values
from webapp.reader.cell_values import Formats
from webapp.rules.contacts import row_values

LONGEST = 100_000  # characters kept of a cell; a spreadsheet allows 32,767
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
_PIECE = 200_000
_NO_MEMORY = 1  # expat's XML_ERROR_NO_MEMORY


class Enough(Exception):
    """Raised by who reads rows, to have no more of them."""


@dataclass
class Row:
    """``number``: counted from 1. ``cells``: column, from 0 -> text; blank ones are left out. ``uncalculated``: formulas
    without a value; such a cell is row_values.UNCALCULATED. ``zeros``: formulas whose value is 0. ``first``: the column of
    the first uncalculated formula, or of the first formula."""

    number: int
    hidden: bool = False
    cells: dict[int, str] = field(default_factory=dict)
    uncalculated: int = 0
    formulas: int = 0
    zeros: int = 0
    first: int = -1


def parse(part: IO[bytes], start: Callable[[str, dict[str, str]], None], end: Callable[[str, str], None]) -> None:
    """Calls ``start`` with the name and attributes of each element, ``end`` with its name and the text since the last tag.
    Raises ValueError for what is no XML, or declares types, as no spreadsheet does."""
    parser, said = expat.ParserCreate(), _Said()

    def begin(name: str, attributes: dict[str, str]) -> None:
        said.taken()
        start(_local(name), attributes)

    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda name: end(_local(name), said.taken())
    parser.CharacterDataHandler = said.hear
    parser.StartDoctypeDeclHandler = _no_types
    parser.buffer_text = True
    try:
        while piece := part.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise ValueError(str(error)) from error


class _Said:
    """The text since the last tag, up to LONGEST."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0

    def hear(self, piece: str) -> None:
        if self.length < LONGEST:
            self.pieces.append(piece[: LONGEST - self.length])
            self.length += len(piece)

    def taken(self) -> str:
        if not self.pieces:
            return ""
        text, self.length = "".join(self.pieces), 0
        self.pieces.clear()
        return text


def _no_types(*_: object) -> None:
    raise ValueError("a document type in a workbook")


@lru_cache(maxsize=1_000)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


def shared_texts(part: IO[bytes]) -> list[str]:
    """Texts that cells name by number. Readings of Asian words (rPh) are left out."""
    found: list[str] = []
    runs: list[str] = []
    reading = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal reading
        reading += name == "rPh"

    def end(name: str, text: str) -> None:
        nonlocal reading
        reading -= name == "rPh"
        if name == "t" and not reading:
            runs.append(text)
        elif name == "si":
            found.append(cell_values.plain("".join(runs)))
            runs.clear()

    parse(part, start, end)
    return found


def formats(part: IO[bytes], since_1904: bool) -> Formats:
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside = name
        elif name == "numFmt" and inside != "dxfs":
            codes[cell_values.number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:200]
        elif name == "xf" and inside == "cellXfs":
            styles.append(cell_values.number(attributes.get("numFmtId")))

    def end(name: str, _: str) -> None:
        nonlocal inside
        inside = "" if name == inside else inside

    parse(part, start, end)
    dates = frozenset(n for n, code in enumerate(styles) if cell_values.shows_date(code, codes.get(code, "")))
    zeros = {n: len(codes[code]) for n, code in enumerate(styles) if re.fullmatch("0{2,15}", codes.get(code, ""))}
    return Formats(dates, zeros, since_1904)


def rows(part: IO[bytes], texts: list[str], how: Formats, take: Callable[[Row], None]) -> None:
    """Gives each row with its cells, in order. A row or cell without a place follows the one before it."""
    _Rows(texts, how, take).read(part)


class _Rows:
    def __init__(self, texts: list[str], how: Formats, take: Callable[[Row], None]) -> None:
        self.texts, self.how, self.take = texts, how, take
        self.row = Row(0)
        self.column = -1
        self.kind, self.style, self.formula, self.value = "", 0, False, ""
        self.reading = 0

    def read(self, part: IO[bytes]) -> None:
        parse(part, self._start, self._end)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.column = cell_values.place(attributes.get("r", ""), self.column + 1)
            self.kind, self.style = attributes.get("t", "n"), cell_values.number(attributes.get("s"))
            self.formula, self.value = False, ""
        elif name == "row":
            number = min(max(cell_values.number(attributes.get("r")), self.row.number + 1), LAST_ROW)
            self.row = Row(number, attributes.get("hidden", "0") in ("1", "true"))
            self.column = -1
        elif name == "rPh":
            self.reading += 1

    def _end(self, name: str, text: str) -> None:
        if name == "v":
            self.value = text
        elif name == "t" and not self.reading and len(self.value) < LONGEST:
            self.value += text
        elif name == "f":
            self.formula = True
        elif name == "c":
            self._cell()
        elif name == "row":
            self.take(self.row)
        elif name == "rPh":
            self.reading -= 1

    def _cell(self) -> None:
        if self.formula:
            self._formula()
        if self.value and self.column < LAST_COLUMN:
            self.row.cells[self.column] = cell_values.shown(self.kind, self.value, self.style, self.texts, self.how)

    def _formula(self) -> None:
        never = not self.value and self.kind != "str"
        if self.row.first < 0 or (never and not self.row.uncalculated):
            self.row.first = self.column
        self.row.formulas += 1
        self.row.zeros += self.value.strip() == "0"
        self.row.uncalculated += never
        if never and self.column < LAST_COLUMN:
            self.row.cells[self.column] = row_values.UNCALCULATED
