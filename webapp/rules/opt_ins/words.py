"""Words people text to an opt-in form: the one that confirms, and the form's own keyword (SPEC B2).

A keyword never means something else already: the words of opting out, of help, and of Twilio's own answers come first (X6).
"""

from __future__ import annotations

import re

from webapp.rules import letters, opt_out
from webapp.rules.opt_outs.words import KEYWORDS

# HELP, INFO and START are answered by Twilio or mean something there; YES and NO answer questions of volunteers
TAKEN = frozenset(["help", "info", "start", "unstop", "yes", "y", "no", "n", "si", "ok", "okay", "ayuda"])
CONFIRMS = frozenset(
    {"yes", "y", "yes please", "yes thanks", "yes thank you", "yes i do", "si", "si por favor", "si gracias"}
)
LEAST, MOST = 3, 20  # characters of a keyword
_ASKS = re.compile(r"\b(yes|s[ií])\b", re.IGNORECASE)


def plain(body: str) -> str:
    """Lower case, without accents, and with nothing but letters and digits between single blanks."""
    text = letters.folded(body[:200])
    kept = "".join(c if c.isalnum() else " " for c in text if c not in "'’")
    return " ".join(kept.split())


def confirms(body: str) -> bool:
    """Is the whole text a YES?"""
    return plain(body) in CONFIRMS


def asks_for_yes(script: str) -> bool:
    """Does the script say which word confirms?"""
    return bool(_ASKS.search(script))


def keyword(text: str) -> str:
    """As it is stored and compared; "" where the text can't be a keyword: one word of letters and digits that means nothing
    else."""
    word = plain(text)
    fits = LEAST <= len(word) <= MOST and " " not in word and word.isascii()
    means_more = (
        word in TAKEN or word in KEYWORDS or opt_out.classify(text) != "none" or opt_out.classify(word) != "none"
    )
    return word if fits and not means_more else ""
