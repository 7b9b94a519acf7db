"""Whether a text opts its sender out.

Sources: SPEC X6 and V8; 47 CFR 64.1200(a)(10): words that revoke consent by themselves, and "other words", which a
person judges. Only a keyword that is the whole message opts out; anything else is flagged for a volunteer.

Phrases are compared with the message in one form: lower case, no accents, no apostrophes, one blank between words, and
" . " where a clause ends. So no phrase has to know how somebody types.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from webapp.rules import letters
from webapp.rules.opt_outs import mistyped, other_scripts, phrases, wording
from webapp.rules.opt_outs.words import ALONE, ALONE_EXACTLY, FILLERS, KEYWORDS, OBJECTS, SINGLE, STARTS

Verdict = Literal["opt_out", "possible", "none"]

LONGEST = 4_000  # characters looked at; a text has 1,600 at most

_QUOTED = re.compile(
    r"(?:loved|liked|disliked|emphasi[sz]ed|questioned|laughed at|reacted .{1,8} to)\s{1,3}[“\"'«]", re.I
)
_LOOKALIKE = str.maketrans("ЅТОРсорѕтЕԛԚΟΤΡѕ０$5", "STOPcopstEqQOTPs0SS")
_END = re.compile(r"[!?;…|\n()¡¿]|[.,:](?=\s|$|[^\W\d_a-z])|\s[-–—]+\s")
_SIGNS = frozenset("🛑⛔🚫✋🖐🙅🖕")  # a text of these alone may mean it
_OPT_OUT = re.compile(r"\bopt\s{1,3}[-–—]{1,2}\s{1,3}out\b", re.I)
_AGAIN = re.compile(r"(?:stop|quit|end|cancel|remove|unsubscribe){2,}")
_APOSTROPHES = "'’‘`´"


def classify(body: str) -> Verdict:
    """ "opt_out": the whole message is a keyword (X6). "possible": a person decides (V8)."""
    text = _visible(body.strip()[:LONGEST])
    bare = _bare(text)
    if bare in KEYWORDS:
        return "opt_out"
    if not bare:
        return "possible" if _SIGNS & set(text) else "none"
    if _QUOTED.match(text):
        return "none"
    return "possible" if _may_mean_it(text, bare) or wording.found_in(body[:LONGEST]) else "none"


def _may_mean_it(text: str, bare: str) -> bool:
    if (
        bare in ALONE_EXACTLY
        or _AGAIN.fullmatch(bare)
        or _bare(text.translate(_LOOKALIKE)) in KEYWORDS
        or _spelled_out(bare)
    ):
        return True
    said = phrases.RATHER_TEXTS.sub("", plain(text))
    clauses = [clause for part in said.split(" . ") if (clause := part.strip(" ."))]
    if any(_asks(clause.split()) for clause in clauses) or mistyped.is_keyword(" ".join(clauses)):
        return True
    if not text.isascii() and other_scripts.may_ask(text):
        return True
    return any(phrase.search(said) for phrase in phrases.POSSIBLE)


def _asks(words: list[str]) -> bool:
    """True where a clause says nothing but to stop: a keyword, polite words, and what it is about."""
    rest = " ".join(word for word in words if word not in FILLERS)
    with_no = " ".join(word for word in words if word not in FILLERS or word in ("no", "ya"))
    if {rest, with_no, " ".join(words)} & ALONE or rest in KEYWORDS:
        return True
    bare = [word for word in _joined(words) if word not in FILLERS]
    left = bare[:1] + [word for word in bare[1:] if word not in OBJECTS and not word.isdigit()]
    if left and all(word in SINGLE for word in left):
        return True
    first, *others = _joined(words)
    return first in SINGLE and " ".join([*others[:2], ""]).startswith(STARTS)


def _joined(words: list[str]) -> list[str]:
    """ "opt out" as one word."""
    return " ".join(words).replace("opt out", "optout").replace("stop all", "stopall").split()


def _spelled_out(bare: str) -> bool:
    """S T O P, s.t.o.p"""
    letters = "".join(c for c in bare if c.isalnum())
    return letters in KEYWORDS and len(bare) > len(letters) and max(map(len, re.split(r"[\W_]", bare))) == 1


def plain(text: str) -> str:
    """Lower case, without accents and apostrophes; single blanks between words, " . " between clauses."""
    parts = letters.folded(_END.sub(" . ", _OPT_OUT.sub("opt-out", text)))
    kept = "".join(c if c.isalnum() or c == "." else " " for c in parts if c not in _APOSTROPHES)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _visible(body: str) -> str:
    """Without invisible characters (zero-width spaces, direction marks), in NFKC form."""
    seen = "".join(c for c in body if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", seen)


def _bare(text: str) -> str:
    """Lower case, single spaces inside, neither punctuation nor spaces at the ends."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return " ".join(text[start:end].split()).casefold()
