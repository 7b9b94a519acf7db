"""A contact list as a file of text: its plain copy, delimiter, header and records."""

from __future__ import annotations

import codecs
import csv
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from webapp.reader import encoding
from webapp.reader.file_error import FileError
from webapp.rules import phone

SAMPLE_ROWS = 8
DELIMITERS = ",\t;|"
LONGEST_FIELD = 4_000_000  # characters; a longer one is an unclosed quote
_END = "\x1e" + secrets.token_hex(8)  # no file holds it
csv.field_size_limit(LONGEST_FIELD)


@dataclass(frozen=True)
class Shape:
    """How to read a plain copy. Lines are physical ones, counted from 1. ``start``: the byte where the first row
    begins, -1 in a headless file. ``header_line``: the line before the first row. ``headless``: the first row is a
    person, and ``header`` holds made-up names. ``rows``: those that are not blank. ``sample``: the first of them."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    start: int
    lines: int
    rows: int
    headless: bool
    sample: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Record:
    """One row, which may span lines. ``line``, ``last_line``: its first and last physical line. ``end``: the byte after
    it."""

    line: int
    end: int
    last_line: int
    cells: list[str]

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def copy_plain(source: BinaryIO, target: BinaryIO) -> str:
    """Writes the text as UTF-8 with LF line ends, without NULs and DOS's end-of-file mark. Returns its encoding."""
    name = encoding.detect(source)
    source.seek(0)
    decoder, held = codecs.getincrementaldecoder(name)(), ""
    try:
        while piece := source.read(encoding.PIECE):
            text = held + decoder.decode(piece)
            held = "\r" if text.endswith("\r") else ""  # its LF may be in the next piece
            target.write(_plain(text.removesuffix("\r") if held else text))
        target.write(_plain(held + decoder.decode(b"", final=True)))
    except UnicodeDecodeError:
        raise FileError("encoding", encoding.UNREADABLE) from None
    return name


def _plain(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\x1a", "").encode()


def survey(path: Path, encoding_name: str) -> Shape:
    """Reads the whole plain copy once, in pieces. ``encoding_name``: the upload's. Raises FileError."""
    with path.open("rb") as file:
        first = [line.decode().rstrip("\n") for line in islice(file, 25)]
        if not any(line.strip() for line in first):
            raise FileError("empty_file", "The file is empty. Nothing was stored.")
        delimiter, skip = _delimiter(first)
        found = (r for r in _records(file, delimiter, 0, 0) if r.line > skip)
        header = next((r for r in found if not r.blank), None)
        if header is None:
            raise FileError("empty_file", "The file is empty. Nothing was stored.")
        return _shape(encoding_name, delimiter, header, found)


def _shape(encoding_name: str, delimiter: str, header: Record, found: Iterator[Record]) -> Shape:
    names = tuple(cell.strip() for cell in header.cells)
    headless = any(isinstance(phone.parse(cell), phone.Phone) for cell in names)
    start, line = header.end, header.last_line
    if headless:
        names, start, line = tuple(f"Column {n + 1}" for n in range(len(names))), -1, header.line - 1
        found = chain([header], found)
    sample: list[tuple[str, ...]] = []
    last, people = header.last_line, 0
    for record in found:
        last = record.last_line
        if not record.blank:
            people += 1
            if len(sample) < SAMPLE_ROWS:
                sample.append(tuple(cell[:80] for cell in record.cells))
    if not people:
        raise FileError("no_rows", "The file has a header and no rows. Nothing was stored.")
    return Shape(encoding_name, delimiter, names, line, start, last, people, headless, tuple(sample))


def records(path: Path, shape: Shape, start: int = 0, line: int = 0) -> Iterator[Record]:
    """The records under the header, blank ones too. ``start``, ``line``: the byte and line to go on after; 0, 0 for the
    first row."""
    with path.open("rb") as file:
        if start or shape.start >= 0:
            yield from _records(file, shape.delimiter, start or shape.start, line or shape.header_line)
        else:  # headless: read from the top, past a hint or blank lines
            yield from (r for r in _records(file, shape.delimiter, 0, 0) if r.line > shape.header_line)


def _records(file: BinaryIO, delimiter: str, start: int, line: int) -> Iterator[Record]:
    file.seek(start)
    counted = _Counted(file, start, line)
    reader = csv.reader(chain(counted, [_END]), delimiter=delimiter)
    while True:
        first = counted.line + 1
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            raise FileError("unbalanced_quotes", _UNBALANCED) from None
        if cells == [_END]:
            return
        if cells and _END in cells[-1]:
            raise FileError("unbalanced_quotes", _UNBALANCED)
        yield Record(first, counted.byte, counted.line, cells)


_UNBALANCED = "A quotation mark is opened and never closed, so rows run together. Close it and upload again."


class _Counted:
    """The lines of the copy. ``byte``: where the next line begins. ``line``: the number of the last one given."""

    def __init__(self, lines: Iterable[bytes], byte: int, line: int) -> None:
        self.lines, self.byte, self.line = lines, byte, line

    def __iter__(self) -> Iterator[str]:
        for raw in self.lines:
            self.byte += len(raw)
            self.line += 1
            yield raw.decode()


def _delimiter(first: list[str]) -> tuple[str, int]:
    """The delimiter, and how many lines before the header belong to a spreadsheet's hint ("sep=;")."""
    if hint := re.fullmatch(r"\s*sep=(.)\s*", first[0], re.IGNORECASE):
        return hint[1], 1
    lines = [line for line in first if line.strip()]
    return max(DELIMITERS, key=lambda d: (_agreement(lines, d), -DELIMITERS.index(d))), 0


def _agreement(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many lines have as many cells as the first, and how many cells that is; 0, 0 where the first has one cell."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths), widths[0]
