"""Which field each column of a list holds (SPEC C1, C3): by its header, see `headers`, or as chosen by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from webapp.rules.contacts import headers
from webapp.rules.contacts.phones import phone_cell, phone_ids, phone_kinds, phone_parts
from webapp.rules.contacts.words import flag_headers, flags, header_words
from webapp.rules.speech.sentences import said, together

_NAMES = ("first_name", "last_name", "full_name")
_PLACE = ("state_abbrev", "zip", "city_state_zip")
FIELDS = ("phone", *_NAMES, "email", *_PLACE, "van_id", "assigned_user_email", "timezone", "tags")
PERSONAL = ("first_name", "last_name", "email", "state_abbrev", "zip", "van_id", "timezone")  # columns of a contact
LEAVE_OUT = ""
OPT_OUT, REFUSE = "opt_out", "do_not_text"  # what becomes of rows in which a column says not to text
_OURS = ("", "line", "why")  # columns that the file of refused rows adds
KINDS = ("mobile", "any", "home", "work", "landline")  # of phones, in reading order; only a label tells the last
_BY_HAND = 5  # the tier of a column whose own name says nothing


@dataclass(frozen=True)
class Columns:
    """``fields``: position -> one of FIELDS; of several columns with one field the first that is not blank is read.
    ``custom``: position -> slug. ``unknown``: headers of columns left out. ``kinds``: position of a phone -> its kind.
    ``labels``, ``parts``, ``phone_ids``: position of a phone -> column of its kind, columns of its parts, column of
    VAN's id. ``nicknames``: fill a blank first name. ``flags``: columns that say whom not to text -> OPT_OUT, REFUSE or
    LEAVE_OUT. ``flag_kinds``: how they say it. ``home``: home phones that are not read. ``notes``: tags and unknown
    columns, where a note may say not to text. ``take_words``, ``take_notes``: takes such rows."""

    fields: dict[int, str] = field(default_factory=dict)
    custom: dict[int, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    kinds: dict[int, str] = field(default_factory=dict)
    labels: dict[int, int] = field(default_factory=dict)
    parts: dict[int, phone_parts.Parts] = field(default_factory=dict)
    nicknames: tuple[int, ...] = ()
    flags: dict[int, str] = field(default_factory=dict)
    flag_kinds: dict[int, str] = field(default_factory=dict)
    home: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    take_words: bool = False
    take_notes: bool = False
    phone_ids: dict[int, int] = field(default_factory=dict)

    @cached_property
    def phones(self) -> list[int]:
        """The positions of the phones, best first."""
        return [n for n, name in self.fields.items() if name == "phone"]

    @property
    def only_home(self) -> bool:
        """True where all phones are home phones: many are landlines."""
        return {self.kinds.get(n) for n in self.phones} == {"home"}


@dataclass(frozen=True)
class Unclear:
    """No column holds the phone, or two of one name do. ``columns``: those known. ``why``: the fault alone."""

    code: str  # "no_phone_column" or "duplicate_header"
    message: str
    columns: Columns = field(default_factory=Columns)
    why: str = ""


def match(
    header: Sequence[str],
    custom_fields: Mapping[str, str],
    chosen: Mapping[str, str] | None = None,
    sample: Sequence[Sequence[str]] = (),
    flagged: str = REFUSE,
) -> Columns | Unclear:
    """``custom_fields``: slug -> title. ``chosen``: header or position ("#0") -> field, slug, OPT_OUT, REFUSE or
    LEAVE_OUT, by hand. A field chosen by hand is not looked for in other columns. ``sample``: first rows. ``flagged``:
    what is done with a column that says whom not to text, unless somebody chose."""
    by_hand = _by_position(header, chosen or {})
    guessed = {n: _guess(n, header, custom_fields, sample) for n in range(len(header)) if n not in by_hand}
    used = set(by_hand.values())
    targets = by_hand | {n: name for n, name in guessed.items() if name not in used or name in (REFUSE, *custom_fields)}
    targets = {n: flagged if n in guessed and name == REFUSE else name for n, name in targets.items()}
    phones = _phones(header, targets, by_hand)
    columns = _columns(header, targets, phones, custom_fields)
    if doubled := _doubled(header, phones, by_hand):
        message = said(
            "Several columns of one name may hold the phone: %(names)s. Leave those out that do not. Of the others the first good number of a row is used.",
            names=doubled,
        )
        return Unclear("duplicate_header", message, columns)
    return columns if phones else _without_phone(header, columns)


def every_phone(
    header: Sequence[str], chosen: Mapping[str, str] | None = None, sample: Sequence[Sequence[str]] = ()
) -> Columns | Unclear:
    """For a list of phones to opt out: every column of phones, of any kind, and "Home" if its cells are phones. A
    column that says whom not to text picks rows only if chosen by hand as OPT_OUT."""
    by_hand = _by_position(header, chosen or {})
    found = [n for n, target in by_hand.items() if target == "phone"]
    if not found:
        found = [n for n in range(len(header)) if n not in by_hand and phone_kinds.is_struck(n, header, sample)]
    picking = [n for n, target in by_hand.items() if target == OPT_OUT]
    flags = [n for n, cell in enumerate(header) if n in picking or (n not in found and flag_headers.flag(cell))]
    used = {*found, *picking}
    columns = Columns(
        dict.fromkeys(found, "phone"),
        unknown=tuple(cell for n, cell in enumerate(header) if n not in used and cell.strip() not in _OURS),
        flags={n: OPT_OUT if n in picking else LEAVE_OUT for n in flags},
        flag_kinds={n: flag_headers.flag(header[n]) or "negative" for n in flags},
    )
    return columns if found else _without_phone([], columns)


def recognized(cells: Sequence[str]) -> int:
    """How many cells of a line are names of columns this system knows: a header line has several, a title none."""
    return sum(headers.meaning(cell) is not None for cell in cells)


def is_column(header: Sequence[str], name: str) -> bool:
    """Does ``name`` name a column in `match`'s ``chosen``?"""
    return bool(_by_position(header, {name: ""}))


def slug(title: str) -> str:
    """The name of a custom field in headers and scripts: lower-case letters, digits and underscores, at most 64."""
    return re.sub(r"[^a-z0-9]+", "_", title[:1_000].lower()).strip("_")[:64]


def _by_position(header: Sequence[str], chosen: Mapping[str, str]) -> dict[int, str]:
    """By header; as "Column 1", counted from 1, where no header is called so; or by position from 0 ("#0")."""
    named = {_key(name): target for name, target in chosen.items() if not re.fullmatch(r"#\d+", name)}
    keys = [_key(cell) for cell in header]
    places = {n: key for n in range(len(header)) if (key := f"column{n + 1}") in named and key not in keys}
    found = {n: named[key] for n, key in [*places.items(), *enumerate(keys)] if key and key in named}
    return found | {n: chosen[f"#{n}"] for n in range(len(header)) if f"#{n}" in chosen}


def _key(cell: str) -> str:
    return header_words.key(cell) or cell.strip().casefold()


def _guess(n: int, header: Sequence[str], custom_fields: Mapping[str, str], sample: Sequence[Sequence[str]]) -> str:
    found = headers.meaning(header[n])
    cells = [row[n] for row in sample if n < len(row) and row[n].strip()]
    if found and found.flag and not phone_ids.is_id(header[n]):
        return "phone" if found.flag != "negative" and phone_cell.are_phones(cells) else REFUSE
    wanted = slug(header[n])
    for name, title in custom_fields.items():
        if wanted and wanted in names_of_field(name, title):
            return name
    if found is None or (header_words.key(header[n]) in headers.UNSURE and not any("@" in cell for cell in cells)):
        return "phone" if phone_kinds.is_bare(header[n], cells) else LEAVE_OUT
    if found.field == "phone" and cells and all(map(flags.yes_or_no, cells)):
        return LEAVE_OUT  # "Wireless?" with Yes and No
    return found.field


def names_of_field(name: str, title: str) -> tuple[str, str, str]:
    """How a column may name a custom field, as `slug` makes them. ``name``: the field's slug."""
    return name.lower(), f"custom_field_{name.lower()}", slug(title)


def _is_phone(cell: str) -> bool:
    found = headers.meaning(cell)
    return found is not None and found.field == "phone"


def _phones(header: Sequence[str], targets: Mapping[int, str], by_hand: Mapping[int, str]) -> list[int]:
    """Mobile phones first, then phones of no kind, then home phones. Home phones are read only if chosen by hand or if
    there are no others, work phones only if chosen by hand."""
    found = [n for n, target in targets.items() if target == "phone"]
    if not any(n in by_hand for n in found):
        plain = [n for n in found if _kind(header[n]) in ("mobile", "any")]
        found = plain or [n for n in found if _kind(header[n]) == "home"]
    return sorted(found, key=lambda n: (KINDS.index(_kind(header[n])), _tier(header[n], "phone"), n))


def _columns(
    header: Sequence[str], targets: Mapping[int, str], phones: Sequence[int], custom_fields: Mapping[str, str]
) -> Columns:
    fields = dict.fromkeys(phones, "phone")
    for name in FIELDS[1:]:
        tiers = {n: _tier(header[n], name) for n, target in targets.items() if target == name}
        best = min(tiers.values(), default=0)
        near = {n: tier for n, tier in tiers.items() if tier < headers.ELSEWHERE or best == headers.ELSEWHERE}
        fields |= dict.fromkeys(sorted(near, key=lambda n: (near[n], n)), name)
    firsts = {target: n for n, target in sorted(targets.items(), reverse=True) if target in custom_fields}
    custom = dict(sorted((n, target) for target, n in firsts.items()))
    flags = {n: target for n, target in sorted(targets.items()) if target in (OPT_OUT, REFUSE)}
    labels = phone_kinds.labels(header, phones)
    used = {*fields, *custom, *flags, *labels.values()}
    parts = phone_parts.beside(header, phones, set(range(len(header))) - used)
    used |= {*phone_parts.positions(parts), *(ids := phone_ids.beside(header, phones)).values()}
    return Columns(
        fields,
        custom,
        tuple(cell for n, cell in enumerate(header) if n not in used and cell.strip() not in _OURS),
        {n: _kind(header[n]) for n in phones},
        labels,
        parts,
        tuple(n for n, name in fields.items() if name == "first_name" and _tier(header[n], name) == headers.NICKNAME),
        flags,
        {n: flag_headers.flag(header[n]) or "negative" for n in flags},
        tuple(n for n, cell in enumerate(header) if n not in used and _is_phone(cell) and _kind(cell) == "home"),
        tuple(n for n, cell in enumerate(header) if _may_hold_notes(n, cell, fields, flags)),
        phone_ids=ids,
    )


def _may_hold_notes(n: int, cell: str, fields: Mapping[int, str], flags: Mapping[int, str]) -> bool:
    if fields.get(n) == "tags":
        return True
    return n not in fields and n not in flags and headers.meaning(cell) is None and not flag_headers.of_email(cell)


def _kind(cell: str) -> str:
    found = headers.meaning(cell)
    return found.kind if found else "any"


def _tier(cell: str, name: str) -> int:
    found = headers.meaning(cell)
    return found.rank if found and found.field == name else _BY_HAND


def _doubled(header: Sequence[str], phones: Sequence[int], by_hand: Mapping[int, str]) -> str:
    """The phone columns that have the same name, unless somebody chose among them; "" where there are none."""
    keys = [_key(header[n]) for n in phones if n not in by_hand]
    same = [n for n in phones if n not in by_hand and keys.count(_key(header[n])) > 1]
    return ", ".join(f"{header[n].strip()} (column {n + 1})" for n in same)


def _without_phone(header: Sequence[str], columns: Columns) -> Unclear:
    work = [cell.strip() for cell in header if _is_phone(cell) and _kind(cell) == "work"]
    if work:
        why = said("The only phones are work phones: %(names)s.", names=", ".join(work))
        return Unclear("no_phone_column", together(why, said("Say which column is the phone.")), columns, why)
    why = said("No column is called phone.")
    return Unclear("no_phone_column", together(why, said("Say which one it is.")), columns, why)
