"""Variables of the environment that nobody reads."""

from __future__ import annotations

import difflib
from dataclasses import fields

from webapp.config import NOT_OURS, PREFIX, Settings


def unknown(environ: dict[str, str]) -> list[str]:
    """A sentence for each TEXTBANK_ variable that nobody reads: perhaps it is misspelt."""
    known = [PREFIX + field.name.upper() for field in fields(Settings)]
    strangers = sorted(n for n in environ if n.startswith(PREFIX) and n not in known and not n.startswith(NOT_OURS))
    return [f"{name} is no setting, so nobody reads it.{_meant(name, known)}" for name in strangers]


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.8)
    return f" Is it {near[0]}?" if near else ""
