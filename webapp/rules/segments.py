"""How many segments a carrier bills for a text.

Source: Twilio's segment rules. GSM-7: 160 septets alone, 153 each in a chain. Any character outside GSM-7 makes the
whole text UCS-2: 70 UTF-16 units alone, 67 each. What a reader sees as one character is never split over two segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import regex

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each
ALONE = {"GSM-7": 160, "UCS-2": 70}
CHAINED = {"GSM-7": 153, "UCS-2": 67}
LONGEST = 1600  # characters Twilio takes in one body (error 21617)

# What a keyboard or a word processor puts in without asking, and the plain character that means the same.
PLAIN = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    "′": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "−": "-",
    "…": "...",
    "•": "*",
    "·": ".",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\t": " ",
    "\u200b": "",
    "\ufeff": "",
    "\u200e": "",
}
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True)
class Segments:
    """``units`` are GSM septets or UTF-16 code units, without headers."""

    encoding: Encoding
    units: int
    segments: int


def count(text: str) -> Segments:
    """Segments for ``text``; an empty text is 0 units and 1 segment (Twilio would refuse it, 21602)."""
    encoding: Encoding = "UCS-2" if forcing(text) else "GSM-7"
    size = _septets if encoding == "GSM-7" else _utf16_units
    units = size(text)
    if units <= ALONE[encoding]:
        return Segments(encoding, units, 1)
    return Segments(encoding, units, _packed([size(g) for g in _GRAPHEME.findall(text)], CHAINED[encoding]))


def billed(counted: Segments, picture: bool) -> int:
    """Segments a text is billed as; with a picture it goes as one MMS, however long."""
    return 1 if picture else counted.segments


def forcing(text: str) -> list[str]:
    """The characters that force UCS-2, each once, in order of appearance."""
    return [c for c in dict.fromkeys(text) if c not in BASIC and c not in EXTENDED]


def plain(text: str) -> str:
    """``text`` with typographic characters replaced by the GSM-7 ones that mean the same; the rest is kept."""
    return "".join(PLAIN.get(c, c) for c in text)


def _septets(text: str) -> int:
    return len(text) + sum(c in EXTENDED for c in text)


def _utf16_units(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


def _packed(sizes: list[int], room: int) -> int:
    segments, used = 1, 0
    for size in sizes:
        if used + size > room and used:
            segments, used = segments + 1, 0
        overflow = max(0, (used + size - 1) // room)  # one character of stacked marks may fill several
        segments, used = segments + overflow, used + size - overflow * room
    return segments
