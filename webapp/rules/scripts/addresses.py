"""Web addresses in a text, as a phone or a browser reads them (SPEC A7)."""

from __future__ import annotations

import re
import unicodedata

ADDRESS = re.compile(  # a whole address, without a comma or bracket behind it; never the middle of a word
    r"(?<![^\W_])(?<!@)(?<![^\W_][-.'’])(?:https?://(?:[\w.%:-]{1,80}@)?)?(?:www\.)?((?:[a-z0-9][a-z0-9-]*(?:\.|%2e))+[a-z]{2,})(?:\.(?=[/:]))?(?::\d+)?"
    r"(?:[/?#](?:[^\s{}|,;]*[^\s{}|,;.:!?)\]'\"”’»])?)?",
    re.IGNORECASE,
)
_DOMAIN_END = re.compile(
    r"\.(com|org|net|gov|us|edu|ly|co|io|me|gl|info|app|link|vote|at|gd|gy|cc|in|id|t|tt|mp|im|ee|pr|to|li|sh|fr|ru|ae|st|vc|one|it|gg|be|tw|am|al|fm|tv)$",
    re.I,
)

DOT_WITHIN = re.compile(r"(?:\.|%2e)[a-z]{2}", re.IGNORECASE)  # no address is without; most texts are
_SENTENCE_END = re.compile(r"[a-z]\.[A-Z][a-z]{1,20}$")


def links(text: str) -> list[re.Match[str]]:
    """Addresses that a phone makes a link of."""
    return [m for m in ADDRESS.finditer(text) if m[0].startswith(("http", "www")) or _DOMAIN_END.search(m[1])]


def hosts(text: str) -> list[re.Match[str]]:
    """Addresses, of whatever ending. "Sign up.To opt out" is none: a sentence ends there."""
    plain = plain_letters(text)
    if not DOT_WITHIN.search(plain):
        return []
    return [m for m in ADDRESS.finditer(plain) if m[0] != m[1] or not _SENTENCE_END.search(m[1])]


def host(written: str) -> str:
    """The host as an address has it, in lower case."""
    return written.lower().replace("%2e", ".")


def plain_letters(text: str) -> str:
    """As a browser reads an address: wide letters and dots as plain ones, each in its place."""
    if text.isascii():
        return text
    folded = (unicodedata.normalize("NFKC", c) for c in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, folded, strict=True)).replace("。", ".")
