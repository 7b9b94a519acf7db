"""Whether a text opts its sender out.

Sources: SPEC X6 and V8; 47 CFR 64.1200(a)(10): words that revoke consent by themselves, and "other words", which a
person judges. Only a keyword that is the whole message opts out; anything else is flagged for a volunteer.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Verdict = Literal["opt_out", "possible", "none"]

KEYWORDS = frozenset(
    [
        "stop",
        "unsubscribe",
        "remove",
        "quit",
        "stopall",
        "cancel",
        "end",
        "revoke",
        "optout",
        "opt out",
        "opt-out",
        "stop all",
    ]
)
# Words of other languages and mistyped keywords: possible opt-outs where they are the whole message.
ALONE = frozenset(
    [
        "enough",
        "sotp",
        "stpo",
        "sto",
        "stopp",
        "stpp",
        "tsop",
        "stoop",
        "stip",
        "sop",
        "unsub",
        "unsuscribe",
        "unsubcribe",
        "unsubscibe",
        "unsubscrib",
        "unscribe",
        "parar",
        "pare",
        "paren",
        "para",
        "alto",
        "basta",
        "cancelar",
        "cancele",
        "anular",
        "baja",
        "detener",
        "desuscribir",
        "eliminar",
        "borrar",
        "salir",
        "sacame",
        "stopper",
        "arret",
        "arrêt",
        "arrete",
        "arreter",
        "désabonner",
        "stopp",
        "abmelden",
        "sair",
        "parem",
        "стоп",
        "хватит",
        "отписаться",
        "停止",
        "停",
        "取消",
        "退订",
        "退訂",
        "중지",
        "그만",
        "dừng",
        "hủy",
        "tigil",
        "itigil",
        "توقف",
        "sispann",
        "kanpe",
    ]
)
_CLAUSE_WORDS = KEYWORDS - {"end", "remove", "cancel"} | {"please stop", "stop please", "stop it", "just stop"}
_QUOTED = re.compile(r"^(loved|liked|disliked|emphasi[sz]ed|questioned|laughed at|reacted .{1,4} to)\s+[“\"'«]", re.I)
_LOOKALIKE = str.maketrans("ЅТОРсорѕтЕԛԚΟΤΡѕ０", "STOPcopstEqQOTPs0")

_TEXTS = (
    r"(text(s|ing)?|txts?|messag(e|es|ing)|msgs?|sms|contact(ing)?|call(s|ing)?|writ(e|ing)|send(ing)?|bother(ing)?)"
)
POSSIBLE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\W*(yes|no|ok|just|pls|plz|please|and|thanks|thank you)?\W*stop\b\W*(please|pls|plz|now|already|thanks|thank|thx|ty|stop|it|this|all|por favor|or i)",
        r"^\W*(yes|no|ok|pls|plz|please|just|all)\W+(stop|quit|unsubscribe|cancel|end)\W*$",
        r"\b(stop|quit|cease)\s+(\w+\s+)?(texting|messag\w+|sending|calling|contacting|bothering|writing|spamming|harass\w+)",
        r"\b(cancel|end|stop)\s+(all|my|these|the|your)?\s*(texts?|messages?|subscription|msgs?|alerts?)\b",
        r"\b(please|pls|plz)\s+(end|quit|cancel|unsubscribe)\W*$|^\W*(end|quit|cancel|remove)\s+(please|pls|plz|this|it|now)\W*$",
        r"\bunsu?b?scri?b\w*|\bunsuscri\w+",
        r"(?<!don't )(?<!dont )(?<!not )\b(take|remove|delete|get|leave|scratch|cross)\s+(me|us|my (name|number|phone|cell|info\w*|contact)|this (number|phone))\s*(\w+\s+)?(off|from your|from this|from the|please|pls|number)\b",
        r"(?<!don't )(?<!dont )(?<!not )\b(remove|delete|lose|erase|forget|drop|scrub)\s+(me\b(?!\s+from\s+(?!(?!your|this|the|all|ur)\w))|us\b|my\b|this\b(?!\s+(old|sign)))",
        r"^(?!.*\b(do not|don't|dont|never)\s+(remove|take|delete)\b).*\b(off|from)\s+(of\s+)?(your|this|the|all|ur)\s+(\w+\s+)?(list|lists|database|contacts)\b",
        r"^\W*st[o0]+p+\W*$|^\W*(wrong number\W*)?(please|pls)?\W*removed?\W*$",
        r"\b(do not|don'?t|dont)\s+want\b.{0,30}\b(texts?|messages?|msgs?|these)\b",
        rf"\b(do not|don'?t|dont|never|stop|quit|not)\s+(ever\s+)?(want\s+)?(to\s+)?(be\s+)?(get\s+|receive\s+)?(any\s+)?(more\s+)?{_TEXTS}\s*(me|us|my|this|from|again|anymore|any more|\W*$)",
        r"\bno\s+more\s+(text|txt|message|msg|sms|call)",
        r"\bno\s+(texts|messages)\b",
        r"\bopt(ed|ing)?\s+(me\s+|us\s+)?out\b(?!.*[”\"'])",
        r"\brevok",
        r"\bleave (me|us) alone\b",
        r"\blose (my|this) number\b",
        r"\b(do not|don'?t|dont|did not|didn'?t|didnt|never|no)\s+(have|had|give|gave|given|consent\w*|agree\w*|sign\w*|subscrib\w*|ask\w*|opt\w*|authori[sz]\w*)\b.{0,40}\b(permission|consent|up|list|this|these|texts?|messages?|in|authori\w+)\b",
        r"\bdo[- ]not[- ](call|text|contact)\s+(list|registry)",
        r"\b(report|sue|suing|reported|reporting) (you|this|u)\b",
        r"\bis spam\b|^\W*spam\W*$",
        r"\b(harassing|harassment)\b",
        # Spanish, French, Portuguese, German
        r"\bno\s+m[aá]s\b",
        r"\bno\s+(me|nos)\s+(vuelv\w+ a )?(escrib|mand|env[ií]|contact|llam|molest|texte|llame)\w*",
        r"\bdej[ea]n?\s+de\b",
        r"\bdejen?\s+de\b",
        r"\bno\s+(quiero|deseo)\s+(recibir|m[aá]s|que)\b",
        r"\b(qu[ií]t|s[aá]qu|b[oó]rr|elim[ií]n|remu[eé]v)\w*(me|nos)\b",
        r"\b(elimin|borr|quit|sac|remov)\w*\s+(mi|este|el)\s+n[uú]mero",
        r"\b(dar|darme|d[ée]nme|deme)\s+de\s+baja\b",
        r"\b(desuscri|cancelar (mi )?(suscripci|mensaj)|anular (mi )?suscri)\w*",
        r"\b(stop|alto|parar|pare|paren|basta|cancelar)\s+por\s+favor\b|\bpor\s+favor\s+(pare|paren|alto|cancelar|stop)",
        r"\b(arr[eê]te[rz]?|ne m[e']\s*(écriv|contact|envoy)\w*|désabonn\w*|désinscri\w*)",
        r"\b(pare|parem) de\b|\bn[ãa]o (me )?(mande|envie|escrev)\w*",
        r"不要(再)?(发|發|给|聯|联)|别(再)?发|別(再)?發|退订|退訂|取消订阅",
    )
]


def classify(body: str) -> Verdict:
    """ "opt_out": the whole message is a keyword (X6). "possible": a person decides (V8)."""
    text = _visible(body)
    bare = _bare(text)
    if bare in KEYWORDS:
        return "opt_out"
    if not bare or _QUOTED.match(text):
        return "none"
    return "possible" if _may_mean_it(text, bare) else "none"


def _may_mean_it(text: str, bare: str) -> bool:
    if bare in ALONE or _bare(text.translate(_LOOKALIKE)) in KEYWORDS:
        return True
    if re.fullmatch(r"(\w[\W_]+){2,}\w", bare) and re.sub(r"[\W_]", "", bare) in KEYWORDS:
        return True
    clauses = [_bare(clause) for clause in re.split(r"[.!?,;:]+(?=\s|$)|\n+|\s[-–—]\s", text)]
    if len(clauses) > 1 and any(clause in _CLAUSE_WORDS for clause in clauses):
        return True
    straight = text.replace("’", "'")
    return any(pattern.search(straight) for pattern in POSSIBLE)


def _visible(body: str) -> str:
    """Without invisible characters (zero-width spaces, direction marks), in NFKC form."""
    seen = "".join(c for c in body if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", seen)


def _bare(text: str) -> str:
    """Lower case, single spaces inside, neither punctuation nor spaces at the ends."""
    kept = re.sub(r"^[\W_]+|[\W_]+$", "", text)
    return re.sub(r"\s+", " ", kept).casefold()
