"""Lines of e-mails and phones, pasted or from a CSV file: whom each line names (SPEC P1)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from webapp.rules import phone

MOST = 50_000  # lines that are read
_LONGEST_CELL, _LONGEST_LINE = 254, 200
_EMAIL = re.compile(r"[^@\s<>,;\"']{1,64}@[^@\s<>,;\"']+\.[^@\s<>,;\"'.]+")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """``text``: as it stands, cut where it is long. ``keys``: the e-mails and phones in it, in their normal form; an e-mail
    says more than a phone, so the first that is known counts."""

    number: int
    text: str
    keys: tuple[str, ...]


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else Windows-1252: what spreadsheets write."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read(text: str) -> list[Line]:
    """The lines that name somebody, and those that should but don't. A first line without an address or a number is a
    header, and blank lines are nothing."""
    lines = []
    for number, cells in enumerate(_rows(text), 1):
        if number > MOST or not any(cell.strip() for cell in cells):
            continue
        shown = ", ".join(cell.strip() for cell in cells if cell.strip())[:_LONGEST_LINE]
        keys = _keys(cells)
        if keys or number > 1:
            lines.append(Line(number, shown, keys))
    return lines


def _rows(text: str) -> list[list[str]]:
    plain = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    first = plain.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    return [_cells(line, delimiter) for line in plain.split("\n")[: MOST + 1]]


def _cells(line: str, delimiter: str) -> list[str]:
    """A line for itself: a quote that is not closed spoils no other."""
    try:
        return next(csv.reader([line[:10_000]], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _keys(cells: list[str]) -> tuple[str, ...]:
    short = [cell.strip()[:_LONGEST_CELL] for cell in cells]
    emails = [found.lower() for cell in short for found in _EMAIL.findall(cell)]
    phones = [parsed.e164 for cell in short if isinstance(parsed := phone.parse(cell), phone.Phone)]
    return tuple(dict.fromkeys([*emails, *phones]))
