"""One row of a list as a person, or the reason it is refused (SPEC C1 to C3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.rules import phone
from webapp.rules.contacts import contact_columns, contact_zones, states

LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "van_id": 40, "timezone": 64, "assigned_user_email": 254}
LONGEST_CUSTOM = 5_000


@dataclass
class Person:
    """``values``: field -> value. ``custom``: slug -> value. Blank values are left out. ``tags``: as written.
    ``zones``, ``zone_source``: the time zones by this row alone (S1)."""

    phone: str
    values: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    zones: tuple[str, ...] = ()
    zone_source: str = ""


@dataclass(frozen=True)
class Refused:
    reason: str  # a code of the vectors' csv/expected.json
    raw_phone: str = ""


def read(cells: Sequence[str], columns: contact_columns.Columns, width: int) -> Person | Refused:
    """``width``: the number of columns in the header."""
    at = columns.phone
    raw = cells[at] if at < len(cells) else ""
    if any(cell.strip() for cell in cells[width:]):
        return Refused("ragged_row", raw)
    parsed = phone.textable(raw)
    if isinstance(parsed, phone.InvalidPhone):
        return Refused(parsed.reason, raw)
    values = {n: " ".join(cells[at].split()) for at, n in columns.fields.items() if at < len(cells) and n != "phone"}
    custom = {slug: cells[n].strip() for n, slug in columns.custom.items() if n < len(cells)}
    if any(len(values.get(name, "")) > most for name, most in LONGEST.items()):
        return Refused("field_too_long", raw)
    if any(len(value) > LONGEST_CUSTOM for value in custom.values()):
        return Refused("field_too_long", raw)
    return _person(parsed.e164, values, custom)


def read_phone(cells: Sequence[str], columns: contact_columns.Columns) -> Person | Refused:
    """For a list of opt-outs: the phone alone, of any country; other cells are ignored."""
    raw = cells[columns.phone] if columns.phone < len(cells) else ""
    parsed = phone.parse(raw)
    return Refused(parsed.reason, raw) if isinstance(parsed, phone.InvalidPhone) else Person(parsed.e164)


def _person(e164: str, values: dict[str, str], custom: dict[str, str]) -> Person:
    _split(values)
    tags = [tag.strip() for tag in re.split(r"[;,|]", values.pop("tags", "")) if tag.strip()]
    values["state_abbrev"] = states.abbreviation(values.get("state_abbrev", ""))
    values["zip"] = contact_zones.five_digits(values.get("zip", "")) or values.get("zip", "")[:10]
    zones = contact_zones.derive(values.get("timezone", ""), values["zip"], values["state_abbrev"], e164)
    filled = {k: v for k, v in values.items() if v}
    return Person(e164, filled, {k: v for k, v in custom.items() if v}, tags, zones.names, zones.source)


def _split(values: dict[str, str]) -> None:
    """Fills blank first and last names from "Lisa Ng" or "Ng, Lisa"."""
    whole = " ".join(values.pop("full_name", "").split())
    if not whole:
        return
    last, comma, first = whole.partition(", ")
    if not comma:
        first, _, last = whole.partition(" ")
    values["first_name"] = values.get("first_name") or first[: LONGEST["first_name"]]
    values["last_name"] = values.get("last_name") or last[: LONGEST["last_name"]]


def merge(first: Person, later: Person) -> None:
    """A later row with the same phone fills only blanks of the first."""
    first.values = {**later.values, **first.values}
    first.custom = {**later.custom, **first.custom}
    first.tags = list(dict.fromkeys([*first.tags, *later.tags]))
    if {"timezone", "zip", "state_abbrev"} & set(later.values):
        v = first.values
        zones = contact_zones.derive(v.get("timezone", ""), v.get("zip", ""), v.get("state_abbrev", ""), first.phone)
        first.zones, first.zone_source = zones.names, zones.source
