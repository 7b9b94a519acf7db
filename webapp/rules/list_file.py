"""A contact list as a file of text: its encoding, delimiter, header and records.

Nothing is guessed where guessing could lose people: a file that can't be read for certain is refused with a reason.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import charset_normalizer

from webapp.rules import phone

SAMPLE = 65_536
DELIMITERS = ",\t;|"
LONGEST_FIELD = 4_000_000  # characters; a longer one is an unclosed quote
_END = "\x1eend"
_MAGIC = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"%PDF": "a PDF", b"\x1f\x8b": "a packed file",
    b"PK\x03\x04": "a workbook or a packed file", b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"Rar!": "a packed file",
    b"7z\xbc\xaf": "a packed file", b"SQLite format 3": "a database", b"\x7fELF": "a program", b"MZ\x90": "a program",
}  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class FileError(Exception):
    """The file as a whole can't be taken. ``code`` is one of the vectors' file errors, ``message`` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Shape:
    """How to read the file. ``header_line`` is physical, from 1; ``lines`` counts what is in the file."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    lines: int


@dataclass(frozen=True)
class Record:
    line: int  # the physical line where the record starts, from 1
    cells: list[str]

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def survey(file: BinaryIO) -> Shape:
    """Reads the whole file once, in pieces, and says how it is to be read. Raises FileError."""
    encoding = _encoding(file)
    file.seek(0)
    first = _first_lines(file, encoding)
    if not any(line.strip() for line in first):
        raise FileError("empty_file", "The file is empty. Nothing was stored.")
    delimiter, skip = _delimiter(first)
    file.seek(0)
    found = _raw_records(file, encoding, delimiter)
    header = next((r for r in found if not r.blank and r.line > skip), None)
    if header is None:
        raise FileError("empty_file", "The file is empty. Nothing was stored.")
    last, people = header.line, 0
    for record in found:
        last, people = record.line, people + (not record.blank)
    if not people:
        raise FileError("no_rows", "The file has a header and no rows. Nothing was stored.")
    return Shape(encoding, delimiter, tuple(cell.strip() for cell in header.cells), header.line, last)


def records(file: BinaryIO, shape: Shape, after_line: int = 0) -> Iterator[Record]:
    """The records under the header, blank ones too, NULs taken out. ``after_line`` resumes."""
    file.seek(0)
    start = max(after_line, shape.header_line)
    return (r for r in _raw_records(file, shape.encoding, shape.delimiter) if r.line > start)


def looks_like_data(header: tuple[str, ...]) -> bool:
    """Is the first row a person and not a header?"""
    return any(isinstance(phone.parse(cell), phone.Phone) for cell in header)


def _raw_records(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_FIELD)
    counted = _Counted(chain(_lines(file, encoding), [_END + "\n"]))
    reader = csv.reader(counted, delimiter=delimiter)
    while True:
        start = counted.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            raise FileError("unbalanced_quotes", _UNBALANCED) from None
        except csv.Error as error:
            raise FileError("unbalanced_quotes", _UNBALANCED) from error
        if cells == [_END]:
            return
        if any(_END in cell for cell in cells):
            raise FileError("unbalanced_quotes", _UNBALANCED)
        yield Record(start, cells)


_UNBALANCED = "A quotation mark is opened and never closed, so rows run together. Close it and upload again."


class _Counted:
    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.line = lines, 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        text = next(self.lines)
        self.line += 1
        return text


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Lines ended by LF, CRLF or CR, each given back with LF; NULs and the end-of-file mark of DOS taken out."""
    decoder, rest = codecs.getincrementaldecoder(encoding)(), ""
    while piece := file.read(SAMPLE):
        text = rest + decoder.decode(piece).replace("\x00", "")
        held = "\r" if text.endswith("\r") else ""  # its LF may be in the next piece
        *whole, rest = re.split(r"\r\n|\r|\n", text.removesuffix("\r") if held else text)
        rest += held
        yield from (line + "\n" for line in whole)
    rest = (rest + decoder.decode(b"", final=True)).replace("\x00", "").rstrip("\x1a")
    for line in re.split(r"\r\n|\r|\n", rest.removesuffix("\r")) if rest else []:
        yield line + "\n"


def _first_lines(file: BinaryIO, encoding: str, number: int = 25) -> list[str]:
    return [line.rstrip("\n") for line, _ in zip(_lines(file, encoding), range(number), strict=False)]


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
    return _single_byte(sample)


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


def _single_byte(sample: bytes) -> str:
    """Windows-1252 unless another of its kind fits clearly better. A mixture with UTF-8 is refused."""
    if re.search(rb"\xc3[\x80-\xbf]", sample):  # "é" as UTF-8 writes it
        raise FileError(
            "encoding", "Part of this file is UTF-8 and part is not. Save it as CSV UTF-8 and upload again."
        )
    try:
        sample.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(sample).best()
    if best is None:
        raise FileError("encoding", "The letters of this file can't be read. Save it as CSV UTF-8 and upload again.")
    return best.encoding
