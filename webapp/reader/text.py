"""A contact list as a file of text: its encoding, delimiter, header and records.

Nothing is guessed where guessing could lose people: a file that can't be read for certain is refused with a reason.
"""

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

import charset_normalizer

from webapp.rules import phone

SAMPLE = 65_536
PIECE = 1_000_000
SAMPLE_ROWS = 8
DELIMITERS = ",\t;|"
LONGEST_FIELD = 4_000_000  # characters; a longer one is an unclosed quote
_END = "\x1e" + secrets.token_hex(8)  # no file holds it
_MAGIC = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a packed file",
    b"PK\x03\x04": "a packed file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"Rar!": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
csv.field_size_limit(LONGEST_FIELD)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class FileError(Exception):
    """The file as a whole can't be taken. ``code`` is one of the vectors' file errors, or "too_large" or "file_gone";
    ``message`` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Shape:
    """How to read a plain copy. Lines are physical, from 1; ``start`` is the byte where the first row begins and
    ``header_line`` the line before it. ``headless``: the first row is a person, ``header`` names of ours."""

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
    line: int  # the physical line where the record starts, from 1
    end: int  # the byte after it
    last_line: int
    cells: list[str]

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def copy_plain(source: BinaryIO, target: BinaryIO) -> str:
    """Writes the text as UTF-8 with LF line ends, without NULs and DOS's end-of-file mark. Returns its encoding."""
    encoding = _encoding(source)
    source.seek(0)
    decoder, held = codecs.getincrementaldecoder(encoding)(), ""
    try:
        while piece := source.read(PIECE):
            text = held + decoder.decode(piece)
            held = "\r" if text.endswith("\r") else ""  # its LF may be in the next piece
            target.write(_plain(text.removesuffix("\r") if held else text))
        target.write(_plain(held + decoder.decode(b"", final=True)))
    except UnicodeDecodeError:
        raise FileError("encoding", _UNREADABLE) from None
    return encoding


def _plain(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\x1a", "").encode()


def survey(path: Path, encoding: str) -> Shape:
    """Reads the whole plain copy once, in pieces, and says how it is to be read. Raises FileError."""
    with path.open("rb") as file:
        first = [line.decode().rstrip("\n") for line in islice(file, 25)]
        if not any(line.strip() for line in first):
            raise FileError("empty_file", "The file is empty. Nothing was stored.")
        delimiter, skip = _delimiter(first)
        found = (r for r in _records(file, delimiter, 0, 0) if r.line > skip)
        header = next((r for r in found if not r.blank), None)
        if header is None:
            raise FileError("empty_file", "The file is empty. Nothing was stored.")
        return _shape(encoding, delimiter, header, found)


def _shape(encoding: str, delimiter: str, header: Record, found: Iterator[Record]) -> Shape:
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
    return Shape(encoding, delimiter, names, line, start, last, people, headless, tuple(sample))


def records(path: Path, shape: Shape, start: int = 0, line: int = 0) -> Iterator[Record]:
    """The records under the header, blank ones too. ``start`` and ``line`` resume: the byte after the line before."""
    with path.open("rb") as file:
        if start or shape.start >= 0:
            yield from _records(file, shape.delimiter, start or shape.start, line or shape.header_line)
        else:  # the first row is a person: read from the top, past a hint or blank lines
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
_UNREADABLE = "The letters of this file can't be read. Save it as CSV UTF-8 and upload again."


class _Counted:
    """The lines of the copy, counted: ``byte`` is where the next one begins, ``line`` the last one given."""

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
    """How many lines have as many cells as the first, if that is more than one; then how many cells."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths), widths[0]


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    sample = file.read(SAMPLE)
    for magic, what in _MAGIC.items():
        if sample.startswith(magic):
            raise FileError("not_text", f"This is {what}, not a list. Open it in a spreadsheet and save it as CSV.")
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    if name := _utf16_without_bom(sample):
        return name
    if _is_binary(sample):
        raise FileError("not_text", "This file is not text. Open it in a spreadsheet and save it as CSV.")
    if _is_utf8(file):
        return "utf-8"
    return _single_byte(file)


def _utf16_without_bom(sample: bytes) -> str | None:
    half = len(sample) // 2
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if half > 4 and zeros.count(0) > 0.7 * half:
            return name
    return None


def _is_binary(sample: bytes) -> bool:
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1a\x00\x1b" for byte in sample)
    return strange > len(sample) // 100 or sample.count(0) > len(sample) // 10


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(SAMPLE * 16):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(file: BinaryIO) -> str:
    """Windows-1252, or what a Mac wrote before; another of their kind where neither can be. A mixture with UTF-8 is
    refused, wherever in the file it is."""
    file.seek(0)
    sample, mac, before = file.read(SAMPLE), False, b""
    file.seek(0)
    letters = False
    while piece := file.read(PIECE):
        if _UTF8_LETTER.search(before + piece):
            raise FileError(
                "encoding", "Part of this file is UTF-8 and part is not. Save it as CSV UTF-8 and upload again."
            )
        mac, letters = mac or bool(_MAC_LETTER.search(piece)), letters or bool(_CP1252_LETTER.search(piece))
        before = piece[-3:]
    if mac and not letters:
        return "mac_roman"
    try:
        sample.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(sample).best()
    if best is None:
        raise FileError("encoding", _UNREADABLE)
    return best.encoding


_UTF8_LETTER = re.compile(
    rb"\xc3[\x80-\xbf]|\xc2[\xa1-\xbf]|\xe2\x80[\x93-\x9d]|\xf0\x9f[\x80-\xbf]"
)  # é, ñ, quotes, emoji
_MAC_LETTER = re.compile(
    rb"[a-z][\x87\x88\x8a\x8e\x8f\x9c\x9f]"
)  # á à ä é è ú ü: no letters in Windows-1252, or rare ones
_CP1252_LETTER = re.compile(rb"[a-zA-Z][\xe0-\xff]|[\xc0-\xff][a-z]")
