"""One row of a list as a person, or the reason it is refused (SPEC C1 to C3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.rules import letters, names
from webapp.rules.contacts import contact_columns, contact_zones, row_values
from webapp.rules.contacts.phones import phone_cell, phone_ids, row_phone
from webapp.rules.contacts.phones.row_phone import Refused as Refused
from webapp.rules.contacts.phones.row_phone import at
from webapp.rules.contacts.words import flags, notes

LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "van_id": 40, "timezone": 64, "assigned_user_email": 254}
LONGEST_CUSTOM = 5_000
LONGEST_CELL = 6_000  # characters of a cell that are looked at: more than any field may have
LONGEST_TAGS = 2_000


@dataclass
class Person:
    """``values``: field -> value. ``custom``: slug -> value. Blank values are left out. ``tags``: as written.
    ``zones``, ``zone_source``: the time zones by this row alone (S1). ``left``: field -> a value of this row that is
    not stored, since it is no ZIP, state, zone or address. ``opted_out``: the row says not to text. ``home``: the phone
    is a home phone. ``more``: other phones of the row, in a list of phones to opt out. ``phone_id``: VAN's id of the
    phone, or 0."""

    phone: str
    values: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    zones: tuple[str, ...] = ()
    zone_source: str = ""
    left: dict[str, str] = field(default_factory=dict)
    opted_out: bool = False
    home: bool = False
    more: list[str] = field(default_factory=list)
    phone_id: int = 0


def read(cells: Sequence[str], columns: contact_columns.Columns, width: int) -> Person | Refused:
    """``width``: the number of columns in the header."""
    if max(map(len, cells), default=0) > LONGEST_CELL:
        cells = [cell[:LONGEST_CELL] for cell in cells]
    found = row_phone.of(cells, columns)
    raw = found.raw if isinstance(found, row_phone.Found) else found.raw_phone
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Refused("ragged_row", raw)
    if row_values.UNCALCULATED in cells:
        used = (*columns.fields, *columns.custom, *columns.flags)
        if any(at(cells, n) == row_values.UNCALCULATED for n in used):
            return Refused("formula", raw)
    if isinstance(found, Refused):
        return found
    forbidding = says_no(cells, columns)
    if any(columns.flags[n] == contact_columns.REFUSE for n in forbidding):
        return Refused("do_not_text", raw)
    values = _values(cells, columns)
    custom = {slug: at(cells, n).strip() for n, slug in columns.custom.items()}
    if any(len(value) > LONGEST.get(name, LONGEST_CELL) for name, value in values.items()):
        return Refused("field_too_long", raw)
    if any(len(value) > LONGEST_CUSTOM for value in custom.values()):
        return Refused("field_too_long", raw)
    person = _person(found.e164, values, custom)
    person.tags = _tags(cells, columns)
    person.home, person.opted_out = found.home, found.opted_out or bool(forbidding)
    person.phone_id = phone_ids.of(cells, columns.phone_ids, found.e164) if values.get("van_id") else 0
    if not person.opted_out and not columns.take_notes and noted_against(cells, columns):
        return Refused("notes_say_no", raw)
    return person


def says_no(cells: Sequence[str], columns: contact_columns.Columns) -> list[int]:
    """The columns of this row that say not to text."""
    return [n for n in columns.flags if flags.forbids(columns.flag_kinds.get(n, "negative"), at(cells, n))]


def noted_against(cells: Sequence[str], columns: contact_columns.Columns) -> list[int]:
    """The columns of this row whose notes say not to text, or a tag other than Opt Out, which opts out by itself."""
    worth = notes.worth_reading([at(cells, n) for n in columns.notes])
    return [n for n in map(columns.notes.__getitem__, worth) if any(map(notes.against, _noted(cells, columns, n)))]


def _noted(cells: Sequence[str], columns: contact_columns.Columns, n: int) -> list[str]:
    if columns.fields.get(n) != "tags":
        return [at(cells, n)]
    return [tag for tag in _split_tags(at(cells, n)) if names.key(tag) != "opt out"]


def only_at_home(cells: Sequence[str], columns: contact_columns.Columns) -> bool:
    """True where every phone is blank but a home phone that is not read."""
    if not all(phone_cell.blank(at(cells, n)) for n in columns.phones):
        return False
    return any(not phone_cell.blank(at(cells, n)) for n in columns.home)


def read_phones(cells: Sequence[str], columns: contact_columns.Columns) -> tuple[Person | None, Refused | None]:
    """For a list of opt-outs: every number in every phone column, of any country; words beside them are ignored.
    Returns both where one cell's number can be read and another's can't. Returns neither where a column that picks
    among the rows leaves this one out."""
    picking = {n for n, target in columns.flags.items() if target == contact_columns.OPT_OUT}
    if picking and not picking & set(says_no(cells, columns)):
        return None, None
    found: dict[str, bool] = {}
    wrong = ""
    for n in columns.phones:
        raw = at(cells, n)[:LONGEST_CELL]
        cell = phone_cell.read(raw)
        found |= cell.numbers
        if (cell.broken or not cell.numbers) and not phone_cell.blank(raw):
            wrong = wrong or raw
    raw = wrong or next((text for n in columns.phones if (text := at(cells, n).strip())), "")
    refused = Refused("invalid_phone" if raw else "missing_phone", raw) if wrong or not found else None
    return (Person(next(iter(found)), more=list(found)[1:]) if found else None), refused


def _values(cells: Sequence[str], columns: contact_columns.Columns) -> dict[str, str]:
    """Where several columns have one field, the first that is not blank counts. A nickname fills only a first name that
    no column has."""
    values: dict[str, str] = {}
    nicknames = ""
    for n, name in columns.fields.items():
        if name in ("phone", "tags") or not (cell := at(cells, n)):
            continue
        value = " ".join(letters.visible(cell).partition(":::")[0].split())
        if n in columns.nicknames:
            nicknames = nicknames or value
        elif value and not values.get(name):
            values[name] = value
    row_values.split_name(values, LONGEST)
    row_values.split_place(values)
    if nicknames and not values.get("first_name"):
        values["first_name"] = nicknames
    return values


def _tags(cells: Sequence[str], columns: contact_columns.Columns) -> list[str]:
    found: dict[str, None] = {}
    for n, name in columns.fields.items():
        if name == "tags":
            found |= dict.fromkeys(_split_tags(at(cells, n)))
    return list(found)


def _split_tags(cell: str) -> list[str]:
    parts = re.split(r"[;,|\n]|:::", cell[:LONGEST_TAGS])
    return [tag for part in parts if (tag := part.strip().strip("\"'*").strip())]


def _person(e164: str, values: dict[str, str], custom: dict[str, str]) -> Person:
    left = row_values.kept_out(values)
    zones = contact_zones.derive(
        values.get("timezone", ""), values.get("zip", ""), values.get("state_abbrev", ""), e164
    )
    filled = {k: v for k, v in values.items() if v}
    return Person(
        e164, filled, {k: v for k, v in custom.items() if v}, zones=zones.names, zone_source=zones.source, left=left
    )


def merge(first: Person, later: Person) -> None:
    """A later row with the same phone fills only blanks of the first. If it says not to text, that counts."""
    first.values = {**later.values, **first.values}
    first.custom = {**later.custom, **first.custom}
    first.tags = list(dict.fromkeys([*first.tags, *later.tags]))
    first.opted_out = first.opted_out or later.opted_out
    if {"timezone", "zip", "state_abbrev"} & set(later.values):
        v = first.values
        zones = contact_zones.derive(v.get("timezone", ""), v.get("zip", ""), v.get("state_abbrev", ""), first.phone)
        first.zones, first.zone_source = zones.names, zones.source
