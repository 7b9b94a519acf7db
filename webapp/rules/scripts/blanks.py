"""Blanks that somebody meant to fill in before sending (SPEC A7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLANK = re.compile(
    r"_{3,}"
    r"|\((?:(?:first|last|full|your|their|user|candidate|campaign|volunteer) ?)?name\)"
    r"|(?<!\{)[\[<{](?!\{)(?:please )?(?:insert|enter|add|your|fill in|type)\b[\w '’/-]{0,40}[\]>}](?!\})"
    r"|(?<!\{)[\[<{](?:(?:short |full |web |rsvp |event |polling |sign ?up )?(?:link|url|date|time|place|address|location|phone|website))(?: here)?[\]>}](?!\})"
    r"|%(?:name|first|last)%|\$name\b",  # names of variables are `brackets`' concern
    re.IGNORECASE,
)
_UNSURE = re.compile(r"\bINSERT [A-Z]{3,20}\b|\bTBD\b|\bXX+\b|\[[A-Z][A-Z ]{2,30}\]")


def found(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each, and whether it is surely a blank."""
    surely = [match.span() for match in _BLANK.finditer(text)]
    yield from ((*span, True) for span in surely)
    unsure = (match.span() for match in _UNSURE.finditer(text))
    yield from ((*span, False) for span in unsure if not any(a < span[1] and span[0] < b for a, b in surely))
