"""Web addresses in what staff write to users: only http and https become links."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s<>\"'“”‘’]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}…"  # ends the sentence, not the address


def lines(text: str) -> list[list[tuple[str, str]]]:
    """Each line as pieces (words, address); the address is "" for words that are none."""
    return [_pieces(line) for line in text.splitlines()]


def _pieces(line: str) -> list[tuple[str, str]]:
    found, at = [], 0
    for link in _LINK.finditer(line):
        address = link[0].rstrip(_AFTER)
        if len(address) <= len("https://"):
            continue
        found += [(line[at : link.start()], ""), (address, address)]
        at = link.start() + len(address)
    found.append((line[at:], ""))
    return [piece for piece in found if piece[0]]
