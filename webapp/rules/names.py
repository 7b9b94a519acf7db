"""Names: which may be a person's (SPEC A7), and how a search compares them: José equals JOSE and jose, O'Neil equals ONeil."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from webapp.rules import letters

LONGEST = 40  # characters of a first or a last name
_MOST_WORDS = 5
_MOST_OWN_WORDS = 4  # besides particles
# In a name of several words they make a sentence of it: "Vote Early" is sent as a message, "Early" is a surname
_WORDS_OF_SENTENCES = (
    "about after again all are ask ballot ballots been before bring call canceled cancelled change changed"
    " check click closed closes delayed does don't dont early elect election elections for fraud from has have"
    " into is isn't its join know late link live monday more moved new next not of only open opens our out over"
    " please poll polling polls postponed read rally register remember reply see send she sign site stay stolen"
    " stop sunday tell text that their them they this thursday today tomorrow tonight tuesday txt urgent"
    " visit vote voted voter voters votes voting was web wednesday went were what when where who why will with"
    " won't wont you your friday saturday cancel donate donations november nov october dot free prize winner password refund"
    " scam fake liar lies money gratis votar vota voten casilla cambio elecciones urgente"
)
_OF_SENTENCES = frozenset(_WORDS_OF_SENTENCES.split())
_PARTICLES_OF_NAMES = (
    "de la las los el del di da das do dos du des y e i van von der den ten ter te zu zur al"
    " bin ibn abu ben le lo st af av na san santa und"
)
_PARTICLES = frozenset(_PARTICLES_OF_NAMES.split())
_SHORT = r"(?:dr|mr|mrs|ms|mx|prof|rev|fr|sr|jr|st|ste|sta|sto|hon|gen|col|maj|capt|cpt|lt|sgt|cpl|sra|srta|dra|ing|lic|ma|fco|wm|chas|geo|esq|gov|sen|rep|pbro|phd|md)"
_LONGEST_GREETING = 100
_NO_GREETING = re.compile(
    r"[\x00-\x1f{}\[\]<>@#|\\=%^~_]|://|\.(?:com|org|net|gov|edu|info|io|co|ly|me|us|vote|app|link|example)\b|[!?]",
    re.I,
)
# Letters and marks of any script; between them an apostrophe or a hyphen
_LETTERS = "[^\\W\\d_]"
_WORD = rf"['’‘ʻʼ`´]?{_LETTERS}+(?:['’‘ʻʼ`´‐‑–·-]{_LETTERS}+)*['’ʻʼ]?"
_NAME = re.compile(
    rf"(?:{_SHORT}\.|(?:{_LETTERS}\.-?){{1,4}}|{_WORD})(?:,? (?:{_SHORT}\.|(?:{_LETTERS}\.-?){{1,4}}|{_WORD}))*", re.I
)


@lru_cache(maxsize=2_000)
def may_be_a_persons(name: str) -> bool:
    """True where this can be a first or a last name: it is sent to voters as "it's Amy", so nothing that says more than a
    name is one. Letters of any script, apostrophes, hyphens, initials and titles; no addresses, digits or sentences."""
    if not 0 < len(name) <= LONGEST:
        return False
    plain = "".join(c for c in unicodedata.normalize("NFC", name.strip(" \xa0")) if not _joins(c))
    words = plain.split(" ")
    if len(words) > _MOST_WORDS or not _NAME.fullmatch(plain):
        return False
    own = [word for word in (word.strip("'’,.").lower().replace("’", "'") for word in words) if word not in _PARTICLES]
    return len(words) == 1 or (len(own) <= _MOST_OWN_WORDS and not _sentence(own))


def _sentence(words: list[str]) -> bool:
    """True where words of sentences are among them. One may be a name: Will or Dot at the beginning, Early or Poll at the end."""
    return sum(word in _OF_SENTENCES for word in words) > (
        1 if words[0] in ("will", "dot") or words[-1] in ("early", "poll", "free", "winner") else 0
    )


def greeting(name: str) -> str:
    """A contact's name from a list, as a text may have it: "Bob & Sue" and "Lisa (Liz)" are names. "" where it has an
    address, braces or several lines: that is a message, not a name."""
    plain = name[: _LONGEST_GREETING + 1]
    return "" if len(plain) > _LONGEST_GREETING or _NO_GREETING.search(plain) else name


def _joins(character: str) -> bool:
    """Marks on letters, and what joins letters in Persian and Indic names."""
    return unicodedata.category(character) in ("Mn", "Mc") or character in "\u200c\u200d"


def key(name: str) -> str:
    """Lower-case letters without accents, digits and single spaces; at most 100 characters."""
    return name.lower() if len(name) <= 100 and name.isascii() and name.isalnum() else _key(name[:400])


@lru_cache(maxsize=2_000)
def _key(name: str) -> str:
    kept = "".join(c for c in letters.folded(name) if c.isalnum() or c.isspace() or c == "-").replace("-", " ")
    return " ".join(kept.split())[:100]


def whole(first: str | None, last: str | None) -> str:
    """First and last name, of which either may be missing."""
    return f"{first or ''} {last or ''}".strip()
