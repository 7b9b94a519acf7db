"""Words in scripts that the tables of words.py know little or nothing of (SPEC V8)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from webapp.rules.opt_outs.words import FRIENDLY, IN_OTHER_SCRIPTS

# A script's name begins the names of its letters
_KNOWN = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "COMBINING", "MODIFIER")
_FEW_WORDS, _FEW_LETTERS = 3, 30


def may_ask(text: str) -> bool:
    """Words of such a script that ask; or so few of a script no table knows that they may."""
    said = " ".join(
        "".join(c if c.isalpha() or unicodedata.category(c)[0] == "M" else " " for c in text.casefold()).split()
    )
    if any(word in said for word in IN_OTHER_SCRIPTS):
        return True
    few = len(said.split()) <= _FEW_WORDS and len(said) <= _FEW_LETTERS and said not in FRIENDLY
    return few and any(_unknown(a) and _unknown(b) for a, b in pairwise(said))


def _unknown(letter: str) -> bool:
    return letter != " " and not unicodedata.name(letter, "").startswith(_KNOWN)
