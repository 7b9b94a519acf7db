"""Letters as they are compared: in lower case, without accents, in one form each."""

from __future__ import annotations

import re
import unicodedata

# UTF-8 read as Windows-1252: "JosÃ©", "Oâ€™Brien". The second letter is one that no word has behind the first
_GARBLED = re.compile(
    r"[ÃÂÄÅ][\x80-\xbfŠŽšžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™Œœ]|[^\x00-\x7f][\x80-\x9f]|â€[™œ\x9d˜¦“”]|ðŸ|ï»¿|√[^\W\d_]?[©±°≥¡∂ºª]"
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff]")
_STROKES = str.maketrans("đðøłħŧı", "ddolhti")  # letters with a stroke, which are no letter and an accent to Unicode


def folded(text: str) -> str:
    """JOSÉ, José and Jose are "jose", straße is "strasse", Đừng is "dung", Ｌｉｓａ is "lisa". May be longer than ``text``."""
    if text.isascii():
        return text.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return plain.translate(_STROKES)


def visible(text: str) -> str:
    """Without what nobody sees and a copied cell may bring: zero-width spaces, soft hyphens. It would make a text longer to bill,
    and a name another. Joiners and marks of direction stay: Persian, Indic and Hebrew names have them."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def garbled(text: str) -> bool:
    """Was this written in UTF-8 and read as something else by who wrote the file: "JosÃ©" for José?"""
    return not text.isascii() and _GARBLED.search(text) is not None
