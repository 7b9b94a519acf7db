"""Reads a file of ZIPs and their districts (SPEC A9)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from webapp.rules.contacts import contact_zones
from webapp.rules.speech.sentences import said

MOST_ROWS = 200_000
LONGEST_DISTRICT = 120
_ZIP = ("zip", "zipcode", "zip5", "zcta", "zcta5", "postalcode", "postcode")
_DISTRICT = ("district", "districtname", "districtcode", "cd", "congressionaldistrict", "legislativedistrict")


@dataclass
class DistrictFile:
    """``pairs``: ZIP of five digits and district, each once. ``refused``: line and reason. ``error``: why the file as a
    whole can't be read, else ""."""

    pairs: set[tuple[str, str]] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)
    error: str = ""


def read(text: str) -> DistrictFile:
    found = DistrictFile()
    try:
        _read(text, found)
    except csv.Error:
        found.error = said("This file can't be read as CSV. Open it in a spreadsheet and save it as CSV.")
    if not found.error and not found.pairs:
        found.error = said("No row of this file has a ZIP and a district.")
    return found


def _read(text: str, found: DistrictFile) -> None:
    rows = _rows(text)
    first = next(rows, None)
    columns = _columns(first[1]) if first else None
    if first is None or columns is None:
        found.error = said("The first line must name the columns: zip and district.")
        return
    if contact_zones.five_digits(first[1][columns[0]]):
        _take(first, columns, found)
    for n, row in enumerate(rows):
        if n >= MOST_ROWS:
            found.error = said("This file has more than %(most)s rows.", most=f"{MOST_ROWS:,}")
            return
        _take(row, columns, found)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them, each with its number."""
    plain = text.removeprefix("\ufeff").replace("\x00", "")
    head = plain.lstrip().split("\n", 1)[0][:10_000]
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=max(",;\t|", key=head.count))
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _columns(first: list[str]) -> tuple[int, int] | None:
    """Where ZIP and district stand; by the names, else the first two where there is a ZIP in place of a name."""
    names = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in first]
    zips = [n for n, name in enumerate(names) if name in _ZIP]
    districts = [n for n, name in enumerate(names) if name in _DISTRICT]
    if zips and districts:
        return zips[0], districts[0]
    return (0, 1) if len(first) >= 2 and contact_zones.five_digits(first[0]) else None


def _take(row: tuple[int, list[str]], columns: tuple[int, int], found: DistrictFile) -> None:
    line, cells = row
    zip_code, district = (cells[n] if n < len(cells) else "" for n in columns)
    digits, name = contact_zones.five_digits(zip_code), " ".join(district[:1_000].split())
    if not digits:
        found.refused.append((line, said("“%(zip)s” is no ZIP.", zip=zip_code.strip()[:20])))
    elif not name:
        found.refused.append((line, said("The district is missing.")))
    elif len(name) > LONGEST_DISTRICT:
        found.refused.append((line, said("A district's name has at most %(most)s characters.", most=LONGEST_DISTRICT)))
    else:
        found.pairs.add((digits, name))
