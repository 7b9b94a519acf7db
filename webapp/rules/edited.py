"""Two people with one form: a mark in the form says what was stored when it was shown, so that the later save learns what
changed in between.

Values are words a page can show, by the name of their field.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_PART = re.compile(r"([\w.-]{1,100})=([0-9a-f]{12})")
LONGEST = 20_000  # characters of a mark that are read


@dataclass(frozen=True)
class Meanwhile:
    """Somebody else saved after the form was shown, so nothing was stored. ``stored``: all values as they are now.
    ``changed``: the names of those that changed and that this form would change back. ``mine``: those of them that this
    form changed as well. ``by``, ``at``: who saved it last and when; "" and None where that is not known."""

    stored: dict[str, str]
    changed: list[str]
    mine: set[str]
    by: str = ""
    at: datetime | None = None


def mark(stored: Mapping[str, str]) -> str:
    """The form's hidden field."""
    return " ".join(f"{name}={_digest(value)}" for name, value in stored.items())


def meanwhile(seen: str, stored: Mapping[str, str], wanted: Mapping[str, str]) -> Meanwhile | None:
    """``seen``: the form's mark; a form without one is saved as it is. ``wanted``: what it would store."""
    before = dict(_PART.findall(seen[:LONGEST]))
    changed = [
        name
        for name, value in stored.items()
        if name in before and before[name] != _digest(value) and wanted.get(name, value) != value
    ]
    if not changed:
        return None
    return Meanwhile(dict(stored), changed, {name for name in changed if _digest(wanted[name]) != before[name]})


def untouched(seen: str, wanted: Mapping[str, str]) -> set[str]:
    """The names whose value this form leaves as its page showed it. A field that the mark ``seen`` does not name was shown blank."""
    before, blank = dict(_PART.findall(seen[:LONGEST])), _digest("")
    return {name for name, value in wanted.items() if before.get(name, blank) == _digest(value)}


def moment(at: datetime | None) -> str:
    """The mark of a pause or a block that began then: a later one differs."""
    return at.astimezone(UTC).isoformat() if at else ""


def word(value: object) -> str:
    """A value as a page can show it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:12]
