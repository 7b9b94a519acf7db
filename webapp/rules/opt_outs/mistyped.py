"""Keywords with a letter wrong (SPEC V8)."""

from __future__ import annotations

import re

from webapp.rules.opt_outs.words import ALONE, LONG, MISTYPED, NO_TYPOS, SINGLE

_TWICE = re.compile(r"(.)\1+")


def is_keyword(said: str) -> bool:
    """A keyword with a letter twice, or a long one with one letter wrong, as the whole message."""
    if " " in said or len(said) > 20:
        return False
    once = _TWICE.sub(r"\1", said)
    if said in MISTYPED or (once != said and any(once == _TWICE.sub(r"\1", word) for word in SINGLE | ALONE)):
        return True
    return said not in NO_TYPOS and any(_one_letter_off(said, word) for word in LONG)


def _one_letter_off(a: str, b: str) -> bool:
    """One letter more, fewer or another, or two changed places."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
