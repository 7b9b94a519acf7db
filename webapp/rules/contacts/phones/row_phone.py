"""The phone of a row, or why it has none (SPEC C1, C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from webapp.rules import phone
from webapp.rules.contacts import contact_columns
from webapp.rules.contacts.phones import phone_cell, phone_kinds, phone_parts

# Why a row's next phone is looked at
_NEXT_IS_READ = ("invalid_phone", "not_textable", "unsupported_country", "landline")


@dataclass(frozen=True)
class Refused:
    reason: str  # a code of the vectors' csv/expected.json, or one of the routes' REASONS
    raw_phone: str = ""


class Found(NamedTuple):
    e164: str
    home: bool
    opted_out: bool
    raw: str


def at(cells: Sequence[str], n: int) -> str:
    return cells[n] if n < len(cells) else ""


def of(cells: Sequence[str], columns: contact_columns.Columns) -> Found | Refused:
    """The first phone that is good, mobiles first. "do not call" in a phone's cell without a number counts for the
    number that follows."""
    if found := _plainly(cells, columns):
        return found
    bad: Refused | None = None
    refused, forbidden = Refused("missing_phone"), False
    for kind, raw in _phones(cells, columns):
        if not forbidden and kind not in ("work", "landline") and (e164 := phone.ordinary(raw)):
            return Found(e164, kind == "home", False, raw)  # as below, for most rows
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
        if isinstance(chosen, Found) or chosen.reason not in _NEXT_IS_READ:
            return chosen
        bad = bad or chosen
    return bad or refused


def _plainly(cells: Sequence[str], columns: contact_columns.Columns) -> Found | None:
    """As `of` says of most rows: their first phone, where it is one number and nothing else."""
    if columns.labels or columns.parts or not columns.phones:
        return None
    n = columns.phones[0]
    raw, kind = at(cells, n), columns.kinds.get(n, "any")
    e164 = phone.ordinary(raw) if kind not in ("work", "landline") else ""
    return Found(e164, kind == "home", False, raw) if e164 else None


def _chosen(
    cell: phone_cell.Cell, raw: str, kind: str, columns: contact_columns.Columns, forbidden: bool
) -> Found | Refused:
    reason = phone_cell.choose(cell, columns.take_words)
    if reason == "two_numbers" and "\n" in raw:  # a number in each line: the first that can be texted
        cell = phone_cell.read(_textable_part(raw, "\n"))
        reason = phone_cell.choose(cell, columns.take_words)
    if reason:
        return Refused(reason, raw)
    parsed = phone.textable(phone_cell.number(cell))
    if isinstance(parsed, phone.InvalidPhone):
        return Refused(parsed.reason, raw)
    return Found(parsed.e164, kind == "home", cell.forbids or forbidden, raw)


def _phones(cells: Sequence[str], columns: contact_columns.Columns) -> list[tuple[str, str]]:
    """Kind and cell of each phone, best first. Of two values in one cell ("a ::: b") the one that can be texted."""
    found = [(_kind(cells, columns, n), _textable_part(_whole(cells, columns, n))) for n in columns.phones]
    return sorted(found, key=lambda pair: contact_columns.KINDS.index(pair[0])) if columns.labels else found


def _kind(cells: Sequence[str], columns: contact_columns.Columns, n: int) -> str:
    own = columns.kinds.get(n, "any")
    if n not in columns.labels:
        return own
    return phone_kinds.kind_of_label(at(cells, columns.labels[n]).partition(":::")[0], own)


def _textable_part(cell: str, between: str = ":::") -> str:
    parts = [part.strip() for part in cell.split(between) if part.strip()]
    if len(parts) < 2:
        return cell
    return next(
        (part for part in parts if isinstance(phone.textable(part[: phone_cell.LONGEST]), phone.Phone)), parts[0]
    )


def _whole(cells: Sequence[str], columns: contact_columns.Columns, n: int) -> str:
    return phone_parts.whole(at(cells, n), columns.parts.get(n), partial(at, cells)) if columns.parts else at(cells, n)
