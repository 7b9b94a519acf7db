"""Which passwords are too easy to guess (ASVS 5.0, 6.2; NIST SP 800-63B, 3.1.1): by length and by what others guess first,
never by kinds of characters.

12 characters, where ASVS asks for 8 and recommends 15: volunteers, who only text, have no second step.
"""

from __future__ import annotations

import itertools
import lzma
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

LEAST, MOST = 12, 128  # characters
SHORT, LONG, COMMON, OWN, PATTERN = "short", "long", "common", "own", "pattern"
SITE = ("textbank",)  # words that stand on every page of the site
_LIST = Path(__file__).with_name("common_passwords.xz")  # made by bin/common_passwords
_REST = 8  # characters that must be left without one's own words
_ADDED = 4  # digits or signs around a common password that change nothing
_PIECE = 6  # a shorter piece, however often it is repeated, is guessed


def why(password: str, own: Iterable[str] = ()) -> str | None:
    """The reason it is refused, or None. ``own``: words known of the person and their campaign: names, e-mail, phone."""
    if len(password) < LEAST:
        return SHORT
    if len(password) > MOST:
        return LONG
    plain = _plain(password)
    if _is_pattern(plain):
        return PATTERN
    if any(is_common(form) for form in (password.casefold(), plain, _bare(plain))):
        return COMMON
    rest = _without(plain, own)
    left = len(password) - (len(plain) - len(rest))
    return OWN if rest != plain and (left < _REST or is_common(rest)) else None


def _plain(text: str) -> str:
    """Letters and digits alone, in one case; all of it where it has none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]", "", folded) or folded


def _is_pattern(plain: str) -> bool:
    """A short piece again and again (abcabcabcabc), or a row of neighbours (abcdefghijkl, 9876543210)."""
    longest = len(plain) // 2
    piece = next((plain[:n] for n in range(1, longest + 1) if (plain[:n] * len(plain))[: len(plain)] == plain), "")
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(plain)}
    return (0 < len(piece) <= _PIECE) or (bool(piece) and is_common(piece)) or steps in ({1}, {-1})


def _bare(plain: str) -> str:
    """Without the few digits that people put before or after a word."""
    word = plain.strip("0123456789")
    return word if len(plain) - len(word) <= _ADDED else plain


def _without(plain: str, own: Iterable[str]) -> str:
    words = {part for text in (*SITE, *own) for part in _parts(text)}
    for word in sorted(words, key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain


def _parts(text: str) -> set[str]:
    """The words of a name or an e-mail, of three characters or more."""
    return {plain for part in re.split(r"[\W_]+", text) if len(plain := _plain(part)) > 2}


def is_common(word: str) -> bool:
    return f"\n{word}\n".encode() in common()


@lru_cache(maxsize=1)
def common() -> bytes:
    """Every common password between line ends, in one case: 1.4 MB, read when somebody first sets a password."""
    return lzma.decompress(_LIST.read_bytes())
