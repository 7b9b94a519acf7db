"""VAN's ids of phones, in columns beside the phones: CellPhone and CellPhoneId (SPEC B3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

MOST = 2**53
_WORDS = re.compile(r"[^a-z0-9]+")


def is_id(cell: str) -> bool:
    """Is this the header of such a column?"""
    return len(cell) <= 60 and _key(cell).endswith("phoneid")


def beside(header: Sequence[str], phones: Sequence[int]) -> dict[int, int]:
    """Position of a phone -> position of its id, where the file has one: the phone's header with "Id" behind it."""
    ids = {_key(cell): n for n, cell in enumerate(header) if is_id(cell)}
    return {n: ids[name] for n in phones if (name := _key(header[n]) + "id") in ids}


def of(cells: Sequence[str], ids: Mapping[int, int], e164: str) -> int:
    """The id that stands beside this phone; 0 for none."""
    for n, place in ids.items():
        digits = "".join(c for c in (cells[n] if n < len(cells) else "")[:64] if c.isdecimal())[-10:]
        if digits and e164.endswith(digits) and len(digits) == 10:
            found = (cells[place] if place < len(cells) else "").strip()[:20]
            return int(found) if found.isascii() and found.isdecimal() and int(found) < MOST else 0
    return 0


def _key(cell: str) -> str:
    return _WORDS.sub("", cell[:100].lower())
