"""One row of a list as a person, or the reason it is refused (SPEC C1 to C3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.rules import names, phone
from webapp.rules.contacts import contact_columns, contact_zones, phone_cell, phone_kinds, row_values
from webapp.rules.contacts.words import flags, notes

LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "van_id": 40, "timezone": 64, "assigned_user_email": 254}
LONGEST_CUSTOM = 5_000
LONGEST_CELL = 6_000  # characters of a cell that are looked at: more than any field may have
LONGEST_TAGS = 2_000
# Why a row's next phone is looked at
_NEXT_IS_READ = ("invalid_phone", "not_textable", "unsupported_country", "landline")


@dataclass
class Person:
    """``values``: field -> value. ``custom``: slug -> value. Blank values are left out. ``tags``: as written.
    ``zones``, ``zone_source``: the time zones by this row alone (S1). ``left``: field -> the value of this row that is
    kept out, for it is no ZIP, state, zone or address. ``opted_out``: the row says not to text. ``home``: the phone is a
    home phone. ``more``: other phones of the row, in a list of phones to opt out."""

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


@dataclass(frozen=True)
class Refused:
    reason: str  # a code of the vectors' csv/expected.json, or one of the routes' REASONS
    raw_phone: str = ""


@dataclass(frozen=True)
class _Phone:
    e164: str
    home: bool
    opted_out: bool
    raw: str


def read(cells: Sequence[str], columns: contact_columns.Columns, width: int) -> Person | Refused:
    """``width``: the number of columns in the header."""
    if max(map(len, cells), default=0) > LONGEST_CELL:
        cells = [cell[:LONGEST_CELL] for cell in cells]
    found = _phone(cells, columns)
    raw = found.raw if isinstance(found, _Phone) else found.raw_phone
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return Refused("ragged_row", raw)
    used = (*columns.fields, *columns.custom, *columns.flags)
    if row_values.UNCALCULATED in cells and any(_at(cells, n) == row_values.UNCALCULATED for n in used):
        return Refused("formula", raw)
    if isinstance(found, Refused):
        return found
    forbidding = says_no(cells, columns)
    if any(columns.flags[n] == contact_columns.REFUSE for n in forbidding):
        return Refused("do_not_text", raw)
    values = _values(cells, columns)
    custom = {slug: _at(cells, n).strip() for n, slug in columns.custom.items()}
    if any(len(values.get(name, "")) > most for name, most in LONGEST.items()):
        return Refused("field_too_long", raw)
    if any(len(value) > LONGEST_CUSTOM for value in custom.values()):
        return Refused("field_too_long", raw)
    person = _person(found.e164, values, custom)
    person.tags = _tags(cells, columns)
    person.home, person.opted_out = found.home, found.opted_out or bool(forbidding)
    if not person.opted_out and not columns.take_notes and noted_against(cells, columns):
        return Refused("notes_say_no", raw)
    return person


def says_no(cells: Sequence[str], columns: contact_columns.Columns) -> list[int]:
    """The columns of this row that say not to text."""
    return [n for n in columns.flags if flags.forbids(columns.flag_kinds.get(n, "negative"), _at(cells, n))]


def noted_against(cells: Sequence[str], columns: contact_columns.Columns) -> list[int]:
    """The columns of this row whose notes say not to text, or a tag other than Opt Out, which opts out by itself."""
    return [n for n in columns.notes if any(map(notes.against, _noted(cells, columns, n)))]


def _noted(cells: Sequence[str], columns: contact_columns.Columns, n: int) -> list[str]:
    if columns.fields.get(n) != "tags":
        return [_at(cells, n)]
    return [tag for tag in _split_tags(_at(cells, n)) if names.key(tag) != "opt out"]


def only_at_home(cells: Sequence[str], columns: contact_columns.Columns) -> bool:
    """True where every phone is blank but a home phone that is not read."""
    if not all(phone_cell.blank(_at(cells, n)) for n in columns.phones):
        return False
    return any(not phone_cell.blank(_at(cells, n)) for n in columns.home)


def read_phones(cells: Sequence[str], columns: contact_columns.Columns) -> tuple[Person | None, Refused | None]:
    """For a list of opt-outs: every number in every phone column, of any country; words beside them are passed over.
    Both a person and a reason where a cell has a number and another has none that can be read; neither where a column that
    picks among the rows does not name this one."""
    picking = {n for n, target in columns.flags.items() if target == contact_columns.OPT_OUT}
    if picking and not picking & set(says_no(cells, columns)):
        return None, None
    found: dict[str, bool] = {}
    wrong = ""
    for n in columns.phones:
        raw = _at(cells, n)[:LONGEST_CELL]
        cell = phone_cell.read(raw)
        found |= cell.numbers
        if (cell.broken or not cell.numbers) and not phone_cell.blank(raw):
            wrong = wrong or raw
    raw = wrong or next((text for n in columns.phones if (text := _at(cells, n).strip())), "")
    refused = Refused("invalid_phone" if raw else "missing_phone", raw) if wrong or not found else None
    return (Person(next(iter(found)), more=list(found)[1:]) if found else None), refused


def _at(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""


def _phone(cells: Sequence[str], columns: contact_columns.Columns) -> _Phone | Refused:
    """The first phone that is good, mobiles first. "do not call" in a phone's cell without a number counts for the
    number that follows."""
    bad: Refused | None = None
    refused, forbidden = Refused("missing_phone"), False
    for kind, raw in _phones(cells, columns):
        if not forbidden and kind not in ("work", "landline") and (e164 := phone.ordinary(raw)):
            return _Phone(e164, kind == "home", False, raw)  # as below, for most rows
        if phone_cell.blank(raw):
            refused = refused if refused.raw_phone or not raw.strip() else Refused("invalid_phone", raw)
            continue
        if kind == "work" and not any(columns.kinds.get(n) == "work" for n in columns.phones):
            refused = Refused("work_phone", raw)
            continue
        if kind == "landline":
            bad = bad or Refused("landline", raw)
            continue
        cell = phone_cell.read(raw)
        if cell.reason == "do_not_text_words":
            forbidden, refused = True, Refused(cell.reason, raw)
            continue
        if forbidden and not columns.take_words:
            return Refused("do_not_text_words", raw)
        chosen = _chosen(cell, raw, kind, columns, forbidden)
        if isinstance(chosen, _Phone) or chosen.reason not in _NEXT_IS_READ:
            return chosen
        bad = bad or chosen
    return bad or refused


def _chosen(
    cell: phone_cell.Cell, raw: str, kind: str, columns: contact_columns.Columns, forbidden: bool
) -> _Phone | Refused:
    reason = phone_cell.choose(cell, columns.take_words)
    if reason == "two_numbers" and "\n" in raw:  # a number in each line: the first that can be texted
        cell = phone_cell.read(_textable_part(raw, "\n"))
        reason = phone_cell.choose(cell, columns.take_words)
    if reason:
        return Refused(reason, raw)
    parsed = phone.textable(phone_cell.number(cell))
    if isinstance(parsed, phone.InvalidPhone):
        return Refused(parsed.reason, raw)
    return _Phone(parsed.e164, kind == "home", cell.forbids or forbidden, raw)


def _phones(cells: Sequence[str], columns: contact_columns.Columns) -> list[tuple[str, str]]:
    """Kind and cell of each phone, best first. Of two values in one cell ("a ::: b") the one that can be texted."""
    found = [(_kind(cells, columns, n), _textable_part(_at(cells, n))) for n in columns.phones]
    return sorted(found, key=lambda pair: contact_columns.KINDS.index(pair[0])) if columns.labels else found


def _kind(cells: Sequence[str], columns: contact_columns.Columns, n: int) -> str:
    own = columns.kinds.get(n, "any")
    if n not in columns.labels:
        return own
    return phone_kinds.kind_of_label(_at(cells, columns.labels[n]).partition(":::")[0], own)


def _textable_part(cell: str, between: str = ":::") -> str:
    parts = [part.strip() for part in cell.split(between) if part.strip()]
    if len(parts) < 2:
        return cell
    return next(
        (part for part in parts if isinstance(phone.textable(part[: phone_cell.LONGEST]), phone.Phone)), parts[0]
    )


def _values(cells: Sequence[str], columns: contact_columns.Columns) -> dict[str, str]:
    """Of several columns with one field the first that is not blank; nicknames fill a first name that no column has."""
    values: dict[str, str] = {}
    nicknames = ""
    for n, name in columns.fields.items():
        if name in ("phone", "tags"):
            continue
        value = " ".join(_at(cells, n).partition(":::")[0].split())
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
            found |= dict.fromkeys(_split_tags(_at(cells, n)))
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
    """A later row with the same phone fills only blanks of the first; its wish not to be texted counts."""
    first.values = {**later.values, **first.values}
    first.custom = {**later.custom, **first.custom}
    first.tags = list(dict.fromkeys([*first.tags, *later.tags]))
    first.opted_out = first.opted_out or later.opted_out
    if {"timezone", "zip", "state_abbrev"} & set(later.values):
        v = first.values
        zones = contact_zones.derive(v.get("timezone", ""), v.get("zip", ""), v.get("state_abbrev", ""), first.phone)
        first.zones, first.zone_source = zones.names, zones.source
