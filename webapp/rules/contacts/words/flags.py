"""What a cell says in a column about whom not to text: do_not_call, sms_status, mobile_opt_in, Deceased? (SPEC C1)."""

from __future__ import annotations

import re

from webapp.rules import letters
from webapp.rules.contacts.words import languages

LONGEST = 200  # characters of a cell that are looked at
_NOTHING = frozenset(["", "na", "n a", "none", "null", "nil", "nan", "unknown", "not set", "unset", "blank"])
_NO = frozenset(
    ["no", "n", "false", "f", "0", "0 0", "off", "unchecked", "never", "not opted out", "ok", "good", "valid"]
) | {letters.folded(word) for word in languages.NO}
# A "DNC Status" of Clean; in no column is one of these a no
_FREE = frozenset(
    [
        "clean",
        "clear",
        "cleared",
        "not listed",
        "not on list",
        "not dnc",
        "no dnc",
        "none found",
        "callable",
        "textable",
        "allowed",
        "subscribed",
    ]
)
_YES = frozenset(["yes", "y", "true", "t", "1", "1 0", "on", "x", "checked", "si"])
_DENIED = re.compile(
    r"\b(opt(ed)? ?outs?|optout|unsubscribed?|unsub|stop(ped)?|revoked?|denied|declined?|refused?|blocked|suppressed|inactive"
    r"|do ?n[o']?t|dnc|dnt|disconnected|bad|wrong|invalid|deceased|not (opted in|subscribed|allowed|ok|consented)"
    r"|no (consent|permission|texts?|calls?|sms)|bounc(ed|ing)|spam complaint|undeliverable|landline|baja|cancelado)\b"
)
_NO_IN_WORDS = re.compile(r"^(no|nope|nah|nay|not|never|dont|please no|rather not)\b")


def forbids(kind: str, cell: str) -> bool:
    """``kind``: as in headers.Meaning.flag. A blank cell forbids nothing. In a "negative" column every word but a no
    does, a date too; in a "positive" one a no; in a "status" one a word such as unsubscribed."""
    said = _words(cell)
    if said in _NOTHING:
        return False
    if kind == "negative":
        return said not in _NO | _FREE
    denied = said in _NO - {"ok", "good", "valid"} or _NO_IN_WORDS.match(said)
    return bool(_DENIED.search(said) or languages.against(cell) or (kind == "positive" and denied))


def yes_or_no(cell: str) -> bool:
    return _words(cell) in _YES | _NO


def is_yes(cell: str) -> bool:
    return _words(cell) in _YES


def is_no(cell: str) -> bool:
    return _words(cell) in _NO - {"ok", "good", "valid"}


def _words(cell: str) -> str:
    plain = letters.folded(cell[:LONGEST])
    return " ".join(re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "")))
