"""A cell of a workbook as the spreadsheet shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_BREAKS = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_IN_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?:[^hms\[\]][^\[\]]*)?\]|_.|\*.')  # what in a number format is no code
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])  # built-in formats
_SINCE_1900, _SINCE_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")


@dataclass(frozen=True)
class Formats:
    """``dates``: cell styles that show a date. ``zeros``: style -> digits, for formats such as 00000."""

    dates: frozenset[int] = frozenset()
    zeros: dict[int, int] = field(default_factory=dict)
    since_1904: bool = False


def plain(text: str) -> str:
    """A cell's text, with "\\n" for each line break and without NULs."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _BREAKS.sub("\n", text).replace("\x00", "")


def shows_date(number_format: int, code: str) -> bool:
    if number_format in _DATES:
        return True
    return bool(re.search("[dmyhs]", _IN_FORMAT.sub("", code.split(";")[0]), re.IGNORECASE)) and code != "General"


def number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def place(reference: str, column: int) -> int:
    """ "C7" -> 2; ``column`` for what is no reference."""
    found = _column(reference.rstrip("0123456789")[:4])
    return column if found is None else found


def letters(column: int) -> str:
    """2 -> "C", 26 -> "AA"."""
    found, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        found = chr(65 + letter) + found
    return found


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int | None:
    if not _LETTERS.fullmatch(letters):
        return None
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at - 1


def shown(kind: str, value: str, style: int, texts: list[str], how: Formats) -> str:
    """A cell's value as the spreadsheet shows it. ``kind``: the cell's attribute t."""
    if kind == "s":
        n = number(value)
        return texts[n] if n < len(texts) else ""
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind in ("str", "inlineStr", "e", "d"):
        return plain(value)
    try:
        amount = float(value)
    except ValueError:
        return plain(value)
    if style in how.dates:
        return _date(amount, how.since_1904)
    if not amount.is_integer():
        return f"{amount:.15g}"
    return str(int(amount)).zfill(how.zeros.get(style, 0)) if abs(amount) < 1e21 else f"{amount:.15g}"


def _date(days: float, since_1904: bool) -> str:
    """ISO. A day alone has no time, a time alone no day. 1900 counts a 29 February that never was."""
    try:
        when = (_SINCE_1904 if since_1904 else _SINCE_1900) + timedelta(days=days)
    except (OverflowError, ValueError):
        return f"{days:.15g}"
    if when.microsecond >= 500_000:
        when += timedelta(seconds=1)
    when = when.replace(microsecond=0)
    if 0 <= days < 1:
        return when.time().isoformat()
    return when.date().isoformat() if when.time() == datetime.min.time() else when.isoformat(" ")
