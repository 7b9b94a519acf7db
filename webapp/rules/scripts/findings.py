"""A finding in a script, and those about words that somebody forgot or that nobody may say (SPEC A7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from webapp.rules import segments
from webapp.rules.scripts import blanks, brackets, voices
from webapp.rules.speech.sentences import counted, said, together

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """``start``, ``end``: its place in the text, in characters. ``fixed``: the whole text without the fault. ``offer``: the words
    on the button that puts it in."""

    level: Level
    code: str
    sentence: str
    start: int = 0
    end: int = 0
    fixed: str | None = None
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


def of_encoding(text: str, shown: str, now: segments.Segments) -> Finding:
    """Names the characters that force UCS-2. They may be in a value, and then have no place in the script."""
    forcing, own = segments.forcing(shown), segments.forcing(text)
    quoted = " ".join(f"“{c}”" for c in forcing[:5])
    named = together(quoted, said("and others") if len(forcing) > 5 else "")
    sentence = counted(
        "%(named)s makes each segment 70 characters, then 67, instead of 160, then 153.",
        "%(named)s make each segment 70 characters, then 67, instead of 160, then 153.",
        len(forcing),
        named=named,
    )
    if (then := segments.count(segments.plain(shown))).segments < now.segments:
        sentence = counted(
            "%(named)s makes this %(now)s segments. With plain characters it is %(then)s.",
            "%(named)s make this %(now)s segments. With plain characters it is %(then)s.",
            len(forcing),
            named=named,
            now=now.segments,
            then=then.segments,
        )
    start = text.index(own[0]) if own else 0
    fixed = segments.plain(text) if segments.plain(text) != text else None
    return Finding("warning", "encoding", sentence, start, start + bool(own), fixed, said("Use plain characters"))
