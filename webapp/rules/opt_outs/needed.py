"""Words that a pattern can't do without: a text that holds none of them need not be searched.

Computed from the pattern itself as the standard library takes it apart, so that nobody has to keep a list beside it. A part
that is not understood here needs nothing; a pattern that needs nothing is always searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

_MANY = 48  # words are multiplied out up to here
_LONGEST = 4  # letters of a word that are looked for
_parser: Any = import_module("re._parser")
_OTHER_CASES = str.maketrans("ıſKİ", "iski")  # letters that a pattern without regard to case takes for these

Words = frozenset[str]


class Searched:
    """Patterns, of which a text is searched only for those that it has the beginning of a needed word of."""

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        self._patterns = patterns

    @cached_property
    def _beginnings(self) -> dict[str, set[re.Pattern[str]]]:
        """When the first text comes: it takes some 50 ms. A pattern that needs no word is under "", which every text has."""
        found: dict[str, set[re.Pattern[str]]] = {}
        for pattern in self._patterns:
            for word in of(pattern) or {""}:
                found.setdefault(word[:_LONGEST], set()).add(pattern)
        return found

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(word) for word in self._beginnings})

    def found_in(self, text: str) -> bool:
        """Looks up each run of letters, not each word: to go through some 250 words takes longer than a short text is worth."""
        said, known, near = lower(text), self._beginnings, set[re.Pattern[str]]()
        for length in self._lengths:
            for start in range(len(said) - length + 1 if length else 1):
                if patterns := known.get(said[start : start + length]):
                    near |= patterns
        return any(pattern.search(text) for pattern in near)


def lower(text: str) -> str:
    """In lower case, as `of` gives the words of a pattern that doesn't regard case."""
    return text.lower() if text.isascii() else text.translate(_OTHER_CASES).lower()


def of(pattern: re.Pattern[str]) -> Words:
    """One of these stands, in lower case, in each text that the pattern is found in; no word where it may do without any."""
    return _best(_needed(_parser.parse(pattern.pattern, pattern.flags))) or frozenset()


def _best(among: Iterable[Words]) -> Words | None:
    """Few and long words."""
    useful = [words for words in among if words and min(map(len, words)) > 2]
    return min(
        useful, key=lambda words: (len(words) / min(3, min(map(len, words))), -min(map(len, words))), default=None
    )


def _needed(parts: Iterable[tuple[Any, Any]]) -> Iterator[Words]:
    """Sets of words; of each set one is needed. Neighbours whose words are known whole are one word."""
    whole: Words = frozenset({""})
    for part in parts:
        known = _whole(*part)
        if known is not None and len(known) * len(whole) <= _MANY:
            whole = frozenset(a + b for a in whole for b in known)
            continue
        yield whole
        whole = known if known is not None else frozenset({""})
        if known is None and (within := _within(*part)):
            yield within
    yield whole


def _within(kind: Any, value: Any) -> Words | None:
    """A set of words of which the part needs one."""
    match str(kind):
        case "SUBPATTERN":
            return _best(_needed(value[-1]))
        case "BRANCH":
            ways = [_best(_needed(way)) for way in value[1]]
            return None if None in ways else frozenset().union(*(way for way in ways if way))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[0] > 0:
            return _best(_needed(value[2]))
    return None


def _whole(kind: Any, value: Any) -> Words | None:
    """All that the part can be, in lower case; None where that is much."""
    match str(kind):
        case "LITERAL":
            return frozenset({lower(chr(value))})
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset({""})
        case "IN" if all(str(one) == "LITERAL" for one, _ in value):
            return frozenset(lower(chr(letter)) for _, letter in value)
        case "SUBPATTERN":
            return _product(value[-1])
        case "BRANCH":
            ways = [_product(way) for way in value[1]]
            return _few(None if None in ways else frozenset().union(*(way for way in ways if way)))
        case "MAX_REPEAT" | "MIN_REPEAT" if value[0] in (0, 1) and value[1] == 1:
            once = _product(value[2])
            return once if once is None or value[0] else once | {""}
    return None


def _product(parts: Sequence[tuple[Any, Any]]) -> Words | None:
    found: Words | None = frozenset({""})
    for part in parts:
        known = _whole(*part)
        if found is None or known is None or len(found) * len(known) > _MANY:
            return None
        found = frozenset(a + b for a in found for b in known)
    return found


def _few(words: Words | None) -> Words | None:
    return words if words is not None and len(words) <= _MANY else None
