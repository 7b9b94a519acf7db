"""Which line of a file is its header, below titles and above the people (SPEC C1). Decided from the first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.rules import phone
from webapp.rules.contacts import headers

CANDIDATES = 40  # lines that are not blank; the header is one of them
WIDEST = 1_000  # cells of a line that are looked at
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Found:
    """``at``: the position of the header, or of the first person in a ``headless`` file. ``looks_like_list``: 2 for a
    header that names a phone, 1 for other known names or phones without a header, 0 for neither."""

    at: int
    headless: bool
    looks_like_list: int


def find(lines: Sequence[Sequence[str]]) -> Found:
    """``lines``: the cells of the first lines that are not blank, one at least. The header is the line with the most known
    names; without any, the first that is as wide as a person; without that, the file has none."""
    scores = [_score(line) for line in lines]
    people = [n for n, line in enumerate(lines) if has_phone(line)]
    named = [
        n for n in range(len(lines)) if scores[n] and not any(_as_wide(lines[p], lines[n]) for p in people if p < n)
    ]
    if named:
        best = max(named, key=lambda n: (scores[n], -n))
        if best + 1 < len(lines) and has_groups(lines[best], lines[best + 1]):
            best += 1
        return Found(best, False, 2 if _names_phone(lines[best]) else 1)
    if people:
        above = [n for n in range(people[0]) if _filled(lines[n]) * 2 >= _filled(lines[people[0]])]
        return Found(above[0] if above else people[0], not above, 1)
    return Found(_first_of_usual_width(lines), False, 0)


def has_groups(above: Sequence[str], header: Sequence[str]) -> bool:
    """Is ``above`` a row of merged groups ("Name | | Phone |") over the header's own names ("First | Last | Home | Cell")?"""
    if has_phone(header) or has_phone(above):
        return False
    under = [n for n in range(len(header[:WIDEST])) if header[n].strip() and not _at(above, n)]
    beside = any(n and _at(above, n - 1) for n in under)
    own = sum(headers.meaning(cell) is not None for cell in header[:WIDEST])
    both = with_groups(above, header)
    return beside and max(own, sum(headers.meaning(cell) is not None for cell in both[:WIDEST])) > 1 and own > 0


def with_groups(above: Sequence[str], header: Sequence[str]) -> list[str]:
    """The names of a header below groups: "Phone Home" where Home alone says nothing, the group's own where the name below is
    blank."""
    names: list[str] = []
    group = ""
    for n in range(max(len(above), len(header))):
        own, group = _at(header, n), _at(above, n) or group
        whole = f"{group} {own}"
        known = headers.meaning(own) is not None or headers.meaning(whole) is None
        names.append((own if known else whole) if own else _at(above, n))
    return names


def _at(cells: Sequence[str], n: int) -> str:
    return cells[n].strip() if n < len(cells) else ""


def has_phone(cells: Sequence[str]) -> bool:
    return any(
        10 <= len(_DIGITS.findall(cell[:64])) <= 15 and isinstance(phone.parse(cell[:64]), phone.Phone)
        for cell in cells[:WIDEST]
    )


def _score(cells: Sequence[str]) -> int:
    """How many cells are known names. A single known name makes a header only if it names the phone."""
    if has_phone(cells):
        return 0
    known = sum(headers.meaning(cell) is not None for cell in cells[:WIDEST])
    return known if known > 1 or _names_phone(cells) else 0


def _names_phone(cells: Sequence[str]) -> bool:
    found = (headers.meaning(cell) for cell in cells[:WIDEST])
    return any(meaning is not None and meaning.field == "phone" for meaning in found)


def _as_wide(person: Sequence[str], header: Sequence[str]) -> bool:
    """A title may hold a phone too ("Call Sue, 412-555-0100"), but has fewer cells than the people below."""
    return _filled(person) * 2 > _filled(header)


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells[:WIDEST])


def _first_of_usual_width(lines: Sequence[Sequence[str]]) -> int:
    usual = Counter(_filled(line) for line in lines).most_common(1)[0][0]
    return next(
        n for n, line in enumerate(lines) if _filled(line) > 1 or usual < 3
    )  # else it is one of the lines itself
