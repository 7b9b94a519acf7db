"""Sentences of the office that are made where nobody knows who reads them: English, and ready for another language (SPEC P3).

`said` makes one. It is an English string wherever it goes: into a row, a log, an answer of the API. A page says it in its reader's
language, where there is a catalogue (words.py): the sentence remembers its words, with their %(holes)s, and what fills them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Text = TypeVar("Text", bound=str)


class Sentence(str):
    """``many``: the words for other numbers than one; blank where nothing is counted. ``n``: what is counted."""

    __slots__ = ("many", "n", "values", "words")
    words: str
    many: str
    n: int
    values: dict[str, object]

    def spoken(self, one: Callable[[str], str], counted: Callable[[str, str, int], str]) -> str:
        """In the words of a catalogue. ``one``, ``counted``: its gettext and ngettext."""
        words = counted(self.words, self.many, self.n) if self.many else one(self.words) if self.words else ""
        filled = {
            name: value.spoken(one, counted) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return words % filled if filled else words


class Sentences(Sentence):
    """Several, side by side. ``values``: by their place; ``words``: what stands between them."""

    __slots__ = ()

    def spoken(self, one: Callable[[str], str], counted: Callable[[str, str, int], str]) -> str:
        parts = [v.spoken(one, counted) if isinstance(v, Sentence) else str(v) for v in self.values.values()]
        return self.words.join(parts)


def said(words: str, /, **values: object) -> Sentence:
    """``values`` fill its %(name)s; a value may be a sentence too."""
    return _made(Sentence, words % values if values else words, words, "", 0, values)


def said_to_all(words: str, /, **values: object) -> Sentence:
    """As `said`. Volunteers read it too, so their catalogue has it (bin/words)."""
    return said(words, **values)


def counted(one: str, many: str, n: int, /, **values: object) -> Sentence:
    """In the words for one or for many; "%(n)s" is the number as people write it."""
    filled: dict[str, object] = {"n": f"{n:,}", **values}
    return _made(Sentence, (one if n == 1 else many) % filled, one, many, n, filled)


def together(*parts: str, by: str = " ") -> Sentence:
    """Side by side; blank ones are left out."""
    kept = {str(place): part for place, part in enumerate(parts) if part}
    return _made(Sentences, by.join(kept.values()), by, "", 0, dict(kept))


def with_one_stop(sentence: Text, values: Mapping[str, object]) -> Text:
    """Without a second full stop where a value such as "7:00 p.m." ends a sentence. ``values``: those in it."""
    for value in values.values():
        if isinstance(value, str) and value.endswith((".m.", "\u00a0m.")):
            sentence = sentence.replace(f"{value}.", value)  # type: ignore[assignment]
    return sentence


def _made(kind: type[Sentence], text: str, words: str, many: str, n: int, values: dict[str, Any]) -> Sentence:
    made = kind(text)
    made.words, made.many, made.n, made.values = words, many, n, values
    return made
