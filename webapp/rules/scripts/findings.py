"""A finding in a script, and those about words that somebody forgot or that nobody may say (SPEC A7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from webapp.rules.scripts import blanks, brackets, voices
from webapp.rules.speech.sentences import said

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """``start``, ``end``: its place in the text, in characters. ``mend``: the whole text, mended. ``offer``: the words
    on the button that mends it."""

    level: Level
    code: str
    sentence: str
    start: int = 0
    end: int = 0
    mend: str | None = None
    offer: str = said("Fix it")


def of_blanks(text: str, known: Collection[str]) -> list[Finding]:
    places = brackets.found(text, known)
    return [
        Finding(
            "error" if sure else "warning",
            "blank",
            said(
                "“%(words)s” looks like a blank that nobody filled in. Write the words, or insert a variable.",
                words=text[start:end],
            ),
            start,
            end,
        )
        for start, end, sure in blanks.found(text)
        if not any(p.name and p.start < end and start < p.end for p in places)
    ]


def of_voices(text: str, initial: bool) -> list[Finding]:
    return [
        Finding(
            "warning",
            "voice",
            said(
                "“%(words)s” speaks as somebody else, but volunteers send it under their own names. Say who writes, and for whom.",
                words=text[start:end],
            ),
            start,
            end,
        )
        for start, end in voices.found(text, initial)
    ]
