"""A contact list as a file of text: its plain copy and its records."""

from __future__ import annotations

import codecs
import csv
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from webapp.reader import encoding
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape
from webapp.rules.contacts import asides

LONGEST_FIELD = 4_000_000  # characters; a longer one is an unclosed quote
LINE_IN_CELL = "\u2028"  # stands in a workbook's plain copy for the line break of a cell, so that a row is one line
ERRORS = frozenset(["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"])  # of formulas; read as blank
MOST_LINES = 2_000  # of one record that are looked at
_END = "\x1e" + secrets.token_hex(8)  # no file holds it
_DRESSED = frozenset("'=#")
_FORMULA = re.compile(r'="([^"]*)"')
_DUTCH = re.compile(r"'[nst][ -][A-Z]")  # 't Hooft
csv.field_size_limit(LONGEST_FIELD)


@dataclass(slots=True)
class Record:
    """One row, which may span lines. ``line``, ``last_line``: its first and last physical line. ``end``: the byte after
    it. ``filled``: the cells that are not blank. ``swallowed``: a stray quotation mark joined the rows of several people.
    ``errors``: cells such as #N/A."""

    line: int
    end: int
    last_line: int
    cells: list[str]
    filled: list[str]
    swallowed: bool = False
    errors: int = 0

    @property
    def blank(self) -> bool:
        return not self.filled

    def cut(self, width: int) -> Record:
        """The row without the cells past ``width``."""
        return (
            self
            if len(self.cells) <= width
            else replace(self, cells=self.cells[:width], filled=_filled(self.cells[:width]))
        )


def _filled(cells: list[str]) -> list[str]:
    return [cell for cell in cells if cell and not cell.isspace()]


def copy_plain(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Writes the text as UTF-8 with LF line ends, without NULs and DOS's end-of-file mark. Returns its encoding, and how
    many characters could not be read; each of them is a U+FFFD now."""
    name = encoding.detect(source)
    source.seek(0)
    decoder, held, unreadable = codecs.getincrementaldecoder(name)("replace"), "", 0
    while piece := source.read(encoding.PIECE):
        text = held + decoder.decode(piece)
        held = "\r" if text.endswith("\r") else ""  # its LF may be in the next piece
        text = text.removesuffix("\r") if held else text
        unreadable += text.count("\ufffd")
        target.write(_plain(text))
    text = held + decoder.decode(b"", final=True)
    target.write(_plain(text))
    return name, unreadable + text.count("\ufffd")


def _plain(text: str) -> bytes:
    for gone in ("\x00", "\x1a", "\ufeff"):
        text = text.replace(gone, "")
    return text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace")


def records(path: Path, shape: Shape, start: int = 0, line: int = 0) -> Iterator[Record]:
    """The people under the header: neither blank rows nor those that are left out. ``start``, ``line``: the byte and line
    to go on after; 0, 0 for the first row."""
    with path.open("rb") as file:
        if start or shape.start >= 0:
            found = read(file, shape.delimiter, start or shape.start, line or shape.header_line)
        else:  # headless: read from the top, past a hint, blank lines or titles
            found = (r for r in read(file, shape.delimiter, 0, 0) if r.line > shape.header_line)
        for record in found:
            record = record if shape.encoding else record.cut(len(shape.header))
            if not left_out(record, shape.header, shape.last_row):
                yield record


def left_out(record: Record, header: tuple[str, ...], last_row: int) -> bool:
    """True for a blank row, the header said again, totals, and footers below ``last_row``."""
    return (
        not record.filled
        or asides.is_aside(record.filled)
        or (header[:1] == (one_line(record.cells[0]),) and names(record.cells) == header)
        or (0 < last_row < record.line and asides.may_be_footer(record.filled))
    )


def names(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(one_line(cell) for cell in cells)


def one_line(cell: str) -> str:
    return " ".join(cell.split())


def read(file: BinaryIO, delimiter: str, start: int, line: int) -> Iterator[Record]:
    """Every record after byte ``start``, which is the end of line ``line``. Raises FileError for an unclosed quote."""
    file.seek(start)
    counted = _Counted(file, start, line)
    reader = csv.reader(chain(counted, [_END]), delimiter=delimiter)
    while True:
        first = counted.line + 1
        counted.held.clear()
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            raise _unclosed(first) from None
        if cells == [_END]:
            return
        if cells and _END in cells[-1]:
            raise _unclosed(first)
        swallowed = len(counted.held) > 1 and _swallowed(counted.held, delimiter)
        errors = 0 if ERRORS.isdisjoint(cells) else sum(cell in ERRORS for cell in cells)
        cells = _undressed(cells)
        yield Record(first, counted.byte, counted.line, cells, _filled(cells), swallowed, errors)


def _unclosed(line: int) -> FileError:
    return FileError(
        "unbalanced_quotes",
        f"A quotation mark is opened in line {line:,} or later and never closed, so rows run together. Close it and upload"
        " again.",
    )


class _Counted:
    """The lines of the copy. ``byte``: where the next line begins. ``line``: the number of the last one given. ``held``:
    the lines since it was cleared."""

    def __init__(self, lines: Iterable[bytes], byte: int, line: int) -> None:
        self.lines, self.byte, self.line = lines, byte, line
        self.held: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for raw in self.lines:
            self.byte += len(raw)
            self.line += 1
            text = raw.decode()
            self.held.append(text)
            yield text


def _swallowed(lines: list[str], delimiter: str) -> bool:
    """Do the lines of one record hold several rows? A closing quote stands inside a cell then, or two lines are as long as
    each other and have a number as long as a phone's in the same place. A phone in a note is neither."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    seen: set[tuple[int, int]] = set()
    for line in islice(lines, MOST_LINES):
        cells = line.split(delimiter)
        places = {(len(cells), n) for n, cell in enumerate(cells) if _is_number(cell)}
        if places & seen:
            return True
        seen |= places
    return False


def _is_number(cell: str) -> bool:
    return len(cell) < 100 and 10 <= sum(c.isdigit() for c in cell) <= 15


def _undressed(cells: list[str]) -> list[str]:
    """Without what a spreadsheet puts round a text: the apostrophe before it, or ="…", or a line break's stand-in."""
    joined = "".join(cells)  # one look at a row is quicker than one at each cell
    if not ("'" in joined or "=" in joined or "#" in joined or LINE_IN_CELL in joined):
        return cells
    return [_bare(cell) if cell[:1] in _DRESSED or LINE_IN_CELL in cell else cell for cell in cells]


def _bare(cell: str) -> str:
    if cell.strip() in ERRORS:
        return ""
    if formula := _FORMULA.fullmatch(cell.strip()):
        return formula[1]
    if cell.startswith("'") and not _DUTCH.match(cell):
        quoted = len(cell) > 2 and cell.endswith("'") and cell.count("'") == 2
        cell = cell[1:-1] if quoted else cell[1:]
    return cell.replace(LINE_IN_CELL, "\n")
