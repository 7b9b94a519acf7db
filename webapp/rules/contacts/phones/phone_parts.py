"""Parts of a phone in columns of their own: its area code, its extension, and whether it is a landline (SPEC C1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from webapp.rules.contacts import headers
from webapp.rules.contacts.words import flags, header_words

_EXTENSION = frozenset(["ext", "extn", "extension"])
_OF_ANY_PHONE = frozenset(["phone", "telephone", "tel", "number", "no", "num", "contact", "primary"])
_LANDLINE = frozenset(["landline", "islandline", "isalandline", "phoneislandline", "landlineflag", "landlineyn"])
_WIRELESS = frozenset(
    [
        "wireless",
        "iswireless",
        "wirelessflag",
        "wirelessyn",
        "iscell",
        "iscellphone",
        "cellflag",
        "ismobile",
        "mobileflag",
    ]
)


@dataclass(frozen=True)
class Parts:
    """Positions of columns, -1 for none. ``landline``: in this one a yes means a landline. ``wireless``: in this one a
    no means a landline."""

    area_code: int = -1
    extension: int = -1
    landline: int = -1
    wireless: int = -1


def beside(header: Sequence[str], phones: Sequence[int], free: Collection[int]) -> dict[int, Parts]:
    """Position of a phone -> where its parts stand. ``free``: columns that go nowhere else."""
    areas = _of_phones(header, free, _area_code, after=True)
    extensions = _of_phones(header, free, _extension, after=False)
    alone = phones[0] if len(phones) == 1 else -1
    found = {
        n: Parts(
            areas.get(n, -1),
            extensions.get(n, -1),
            _named(header, free, _LANDLINE) if n == alone else -1,
            _named(header, free, _WIRELESS) if n == alone else -1,
        )
        for n in phones
    }
    return {n: parts for n, parts in found.items() if parts != Parts()}


def positions(parts: Mapping[int, Parts]) -> set[int]:
    every = [n for one in parts.values() for n in (one.area_code, one.extension, one.landline, one.wireless)]
    return {n for n in every if n >= 0}


def read_with(parts: Mapping[int, Parts], labels: Mapping[int, int]) -> dict[int, int]:
    """Columns that are read only together with a phone -> that phone. ``labels``: position of a phone -> the column that
    tells its kind."""
    found = {part: n for n, one in parts.items() for part in positions({n: one})}
    return found | {label: n for n, label in labels.items()}


def whole(cell: str, parts: Parts | None, at: Callable[[int], str]) -> str:
    """The phone as one cell would hold it: "412 5550101 x12". ``at``: the row's cell at a position."""
    if parts is None or not cell.strip():
        return cell
    area = re.sub(r"\D", "", at(parts.area_code)[:20]) if parts.area_code >= 0 else ""
    if len(area) == 3 and len(re.sub(r"\D", "", cell[:30])) == 7:
        cell = f"{area} {cell.strip()}"
    extension = at(parts.extension)[:20].strip() if parts.extension >= 0 else ""
    if re.search(r"[1-9]", extension):
        cell = f"{cell} x{re.sub(r'[^0-9]', '', extension)}"
    return f"{cell} landline" if _is_landline(parts, at) else cell


def _is_landline(parts: Parts, at: Callable[[int], str]) -> bool:
    if parts.landline >= 0 and flags.is_yes(at(parts.landline)):
        return True
    return parts.wireless >= 0 and flags.is_no(at(parts.wireless))


def _of_phones(
    header: Sequence[str], free: Collection[int], words: Callable[[list[str]], list[str] | None], after: bool
) -> dict[int, int]:
    """Position of a phone (also one that is not read) -> position of its part. A part belongs to the nearest phone that
    its header names. ``after``: a phone after the part goes before one in front of it."""
    phones = [n for n, cell in enumerate(header) if n not in free or _is_phone(cell)]
    found: dict[int, int] = {}
    for n in sorted(free):
        said = words(header_words.words_of(header[n]))
        whose = [
            p for p in phones if said is not None and p != n and set(said) <= set(header_words.words_of(header[p]))
        ]
        whose = [p for p in whose if _is_phone(header[p])]
        if whose:
            found.setdefault(min(whose, key=lambda p: ((p < n) if after else (p > n), abs(p - n))), n)
    return found


def _is_phone(cell: str) -> bool:
    meaning = headers.meaning(cell)
    return meaning is not None and meaning.field == "phone"


def _area_code(words: list[str]) -> list[str] | None:
    """The words that name its phone; None where it is no area code."""
    if "area" not in words or words[words.index("area") + 1 :][:1] != ["code"]:
        return None
    return [word for word in words if word not in ("area", "code", *_OF_ANY_PHONE)]


def _extension(words: list[str]) -> list[str] | None:
    return [w for w in words if w not in _EXTENSION | _OF_ANY_PHONE] if set(words) & _EXTENSION else None


def _named(header: Sequence[str], free: Collection[int], names: Collection[str]) -> int:
    return next((n for n in sorted(free) if header_words.key(header[n]) in names), -1)
