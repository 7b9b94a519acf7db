"""Letters as they are compared: in lower case, without accents, in one form each."""

from __future__ import annotations

import unicodedata

_STROKES = str.maketrans("đðøłħŧı", "ddolhti")  # letters with a stroke, which are no letter and an accent to Unicode


def folded(text: str) -> str:
    """JOSÉ, José and Jose are "jose", straße is "strasse", Đừng is "dung", Ｌｉｓａ is "lisa". May be longer than ``text``."""
    if text.isascii():
        return text.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return plain.translate(_STROKES)
