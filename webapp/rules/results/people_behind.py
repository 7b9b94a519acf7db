"""The people behind one number of an action's results, as a form or an address names them (SPEC R6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

Kind = Literal[
    "texted", "silent", "replied", "unreported", "attention", "clicked", "tag", "field", "script", "error", "code"
]
KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
ERRORS = ("carrier", "twilio", "safeguard")
LONGEST = 1_000  # characters of a key


@dataclass(frozen=True)
class People:
    """``kind`` says which people, with ``name`` and ``value`` where it needs them. "texted": Twilio took the first
    text. "silent": texted without an error, and no answer. "replied": have answered. "unreported": replied, and no
    report. "attention": they need attention now. "clicked": a person opened a link. "tag": the newest report has the
    tag ``name``. "field": it answers ``value`` to the field ``name``. "script": got the script with the id ``value``.
    "error": a text was refused, of the class ``value``. "code": a text was refused with the code ``value``."""

    kind: Kind
    name: str = ""
    value: str = ""

    @property
    def key(self) -> str:
        """`read` makes the same of it again."""
        return urlencode({"of": self.kind, "name": self.name, "value": self.value})

    @property
    def number(self) -> int:
        """The script's id, or the code."""
        return int(self.value)


def read(key: str) -> People | None:
    """None where it names nobody. A NUL is left out: PostgreSQL stores none."""
    told = {name: value.replace("\x00", "") for name, value in parse_qsl(key[:LONGEST], keep_blank_values=True)}
    kind, name, value = KINDS.get(told.get("of", "")), told.get("name", "")[:80], told.get("value", "")[:100]
    if kind is None:
        return None
    if kind in ("tag", "field") and not name:
        return None
    if kind in ("script", "code") and not (value.isascii() and value.isdecimal() and len(value) < 10):
        return None
    if kind == "error" and value not in ERRORS:
        return None
    return People(kind, name, value)
