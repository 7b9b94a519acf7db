"""A catalogue of a made-up language, in which whatever went through it stands in ⟦brackets⟧."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from webapp.words import NAMES

READ_ALOUD = ("alt", "title", "placeholder", "aria-label")


class Marked:
    """In place of babel's Translations."""

    def ugettext(self, text: str) -> str:
        return f"⟦{text}⟧"

    def ungettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


class _Said(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, self.inside = dict(attrs), tag
        read = [name for name in given if name in READ_ALOUD or (given.get("id") == "toasts" and "data-" in name)]
        self.words += [given[name] or "" for name in read]

    def handle_data(self, data: str) -> None:
        if self.inside != "code":  # keys to copy
            self.words.append(data)
        self.inside = ""


def unmarked(html: str, data: list[str]) -> list[str]:
    """The words of a page that are neither marked, nor ``data`` of the campaign, nor a time or the code of an error."""
    page = _Said()
    page.feed(html)
    left = []
    for said in page.words:
        for one in sorted([*data, "Textbank", *NAMES.values()], key=len, reverse=True):
            said = said.replace(one, " ")
        said = re.sub(r"\b\d{1,2}:\d\d\s[ap]\.m\.|\b\d{1,2} de [a-z]{3,10}\b|\b[0-9A-F]{4}-\d{4}\b", " ", outside(said))
        if re.search(r"[^\W\d_]{2}", said):
            left.append(" ".join(said.split()))
    return left


def outside(text: str) -> str:
    """The words outside of the outermost brackets."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == "⟦"
        if not depth:
            kept.append(letter)
        depth -= letter == "⟧"
    return "".join(kept)
