"""Files and rows as the rules of contacts read them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.cast import TESTS
from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.contact_columns import Columns

CASES = TESTS / "vectors" / "lists"


def rows_of(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.splitlines()[0] else ","))


def matched(header: str, chosen: dict[str, str] | None = None, sample: tuple[tuple[str, ...], ...] = ()) -> Columns:
    found = contact_columns.match(header.split(","), {"party": "Party"}, chosen, sample)
    assert isinstance(found, Columns), found
    return found


def read(header: str, row: str, chosen: dict[str, str] | None = None) -> contact_rows.Person:
    cells = row.split(",")
    found = contact_rows.read(cells, matched(header, chosen, (tuple(cells),)), len(header.split(",")))
    assert isinstance(found, contact_rows.Person), found
    return found


def fate(header: str, row: str) -> str:
    cells = row.split(",")
    columns = contact_columns.match(header.split(","), {}, None, [cells], contact_columns.OPT_OUT)
    assert isinstance(columns, Columns), columns
    found = contact_rows.read(cells, columns, len(header.split(",")))
    if isinstance(found, contact_rows.Refused):
        return found.reason
    return "opted out" if found.opted_out else found.phone
