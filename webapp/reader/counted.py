"""A preview of a file before anything is stored: the rows of a plain copy, counted (SPEC C1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from webapp.reader import rows
from webapp.reader.text import Record, records
from webapp.rules import letters, names
from webapp.rules.contacts import contact_columns, contact_rows, row_values

MOST_TAGS = 1_000  # that are told apart
MOST_EXAMPLES = 3
_SWITCHED = ("words_beside", "do_not_text_words")  # reasons that the switch for words lifts


class Alike(msgspec.Struct, frozen=True, array_like=True):
    """Rows that share a fate, whatever is chosen on the page. ``reason``: why they are refused, "" for people. ``taken``: the
    same where numbers with words beside them are taken. ``against``: those words say not to text. ``flags``: columns that say
    so. ``noted``: columns whose notes say so."""

    reason: str = ""
    taken: str = ""
    against: bool = False
    flags: tuple[int, ...] = ()
    noted: tuple[int, ...] = ()

    def refused(self, columns: contact_columns.Columns) -> str:
        """Why these rows are refused with the columns and switches as chosen, or "", as contact_rows.read does."""
        if reason := self.taken if columns.take_words else self.reason:
            return reason
        said = {columns.flags[n] for n in self.flags if n in columns.flags}
        if contact_columns.REFUSE in said:
            return "do_not_text"
        opted_out = bool(said) or (self.against and columns.take_words)
        return "notes_say_no" if self.noted and not opted_out and not columns.take_notes else ""


class Counted(msgspec.Struct):
    """Of the first rows. ``rows``: how many were looked at. ``alike``: rows that share a fate, and how many. ``home``: rows
    whose phones are blank and whose home phone is not. ``phones``: different phones of the people. ``other_names``: rows
    whose phone an earlier row has with another name, and ``two``: a phone and both names of the first. ``tags``: name -> rows.
    ``no_names``: rows whose first name is no name, ``no_names_as``: the first of them; ``capitals`` and
    ``garbled`` ("JosÃ©") in the same way."""

    rows: int = 0
    alike: list[tuple[Alike, int]] = []
    home: int = 0
    phones: int = 0
    other_names: int = 0
    two: tuple[str, ...] = ()
    tags: dict[str, int] = {}
    no_names: int = 0
    no_names_as: tuple[str, ...] = ()
    capitals: int = 0
    capitals_as: tuple[str, ...] = ()
    garbled: int = 0
    garbled_as: tuple[str, ...] = ()

    @property
    def flags(self) -> Mapping[int, int]:
        """Column -> how many rows say there not to text."""
        return _columns((one.flags, n) for one, n in self.alike)

    def noted(self, columns: contact_columns.Columns) -> Mapping[int, int]:
        """Column -> how many rows its notes alone refuse. Rows refused for another reason, or opted out, are left out."""
        refusing = replace(columns, take_notes=False)
        return _columns((one.noted, n) for one, n in self.alike if one.refused(refusing) == "notes_say_no")

    @property
    def beside(self) -> Mapping[str, int]:
        """The reasons that the switch for words lifts -> rows."""
        found = Counter[str]()
        for one, n in self.alike:
            if one.reason in _SWITCHED and one.taken != one.reason:
                found[one.reason] += n
        return found

    def refused(self, columns: contact_columns.Columns) -> dict[str, int]:
        """Reason -> rows, most first."""
        found = Counter[str]()
        for one, n in self.alike:
            found[one.refused(columns)] += n
        del found[""]
        return dict(found.most_common())


def _columns(told: Iterable[tuple[Sequence[int], int]]) -> Counter[int]:
    """``told``: columns, and the number of rows in which they say it."""
    found = Counter[int]()
    for columns, n in told:
        found.update(dict.fromkeys(columns, n))
    return found


def count(order: rows.Order) -> Counted:
    """Of the first ``order.counting`` rows."""
    counting = _Counting(order)
    for record in records(Path(order.path), order.shape):
        if counting.found.rows == order.counting:
            break
        counting.take(record)
    return counting.done()


class _Counting:
    def __init__(self, order: rows.Order) -> None:
        self.columns, self.found = order.columns, Counted()
        flags = order.columns.flags if order.only_phones else {}  # there a flag picks among the rows
        plain = replace(order.columns, flags=flags, take_notes=True, take_words=False)
        self.plain = msgspec.structs.replace(order, columns=plain)
        self.taking = msgspec.structs.replace(order, columns=replace(plain, take_words=True))
        self.alike: Counter[Alike] = Counter()
        self.people: dict[str, str] = {}  # phone -> the name it came with first
        self.tags: dict[str, str] = {}  # the key of a tag -> as it was written first
        self.tagged: Counter[str] = Counter()

    def take(self, record: Record) -> None:
        self.found.rows += 1
        self.found.home += contact_rows.only_at_home(record.cells, self.columns)
        person, refused = rows.read(self.plain, record)
        reason = taken = refused.reason if refused else ""
        if reason in _SWITCHED:
            person, refused = rows.read(self.taking, record)
            taken = refused.reason if refused else ""
        flags = contact_rows.says_no(record.cells, self.columns)
        noted = [] if taken or self.plain.only_phones else contact_rows.noted_against(record.cells, self.columns)
        against = person is not None and person.opted_out
        self.alike[Alike(reason, taken, against, tuple(flags), tuple(noted))] += 1
        if person:
            self._person(person)

    def _person(self, person: contact_rows.Person) -> None:
        first, last = person.values.get("first_name", ""), person.values.get("last_name", "")
        for phone in (person.phone, *person.more):
            self._phone(phone, f"{first} {last}".strip())
        if letters.garbled(f"{first} {last}"):
            self.found.garbled += 1
            self.found.garbled_as = _with(self.found.garbled_as, f"{first} {last}".strip())
        if row_values.is_no_name(first, last):
            self.found.no_names += 1
            self.found.no_names_as = _with(self.found.no_names_as, f"{first} {last}".strip())
        elif row_values.in_capitals(first):
            self.found.capitals += 1
            self.found.capitals_as = _with(self.found.capitals_as, first)
        for tag in person.tags:
            if (key := names.key(tag)) in self.tags or len(self.tags) < MOST_TAGS:
                self.tagged[self.tags.setdefault(key, tag[:80])] += 1

    def _phone(self, phone: str, name: str) -> None:
        before = self.people.setdefault(phone, name)
        if before != name and _differ(before, name):
            self.found.other_names += 1
            self.found.two = self.found.two or (phone, before[:80], name[:80])

    def done(self) -> Counted:
        self.found.alike, self.found.tags = list(self.alike.items()), dict(self.tagged)
        self.found.phones = len(self.people)
        return self.found


def _with(examples: tuple[str, ...], name: str) -> tuple[str, ...]:
    shown = name[:80]
    return examples if shown in examples or len(examples) >= MOST_EXAMPLES else (*examples, shown)


def _differ(one: str, other: str) -> bool:
    """Lisa and Lisa Ng may be one person; Lisa Ng and Bo Ng are two."""
    first, second = set(names.key(one).split()), set(names.key(other).split())
    return bool(first and second) and not (first <= second or second <= first)
