"""Letters as they are compared: in lower case, without accents, in one form each."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """JOSÉ, José and Jose are "jose", straße is "strasse", Ｌｉｓａ is "lisa". May be longer than ``text``."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
