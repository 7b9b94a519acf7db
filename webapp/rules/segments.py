"""How many segments a carrier bills for a text.

Source: Twilio's segment rules. GSM-7: 160 septets in one segment, 153 each in several. One character outside GSM-7
makes the whole text UCS-2: 70 UTF-16 units in one segment, 67 each in several. A grapheme is never split between
segments.
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
_GSM = BASIC | EXTENDED
ALONE = {"GSM-7": 160, "UCS-2": 70}  # units of a text of one segment
CHAINED = {"GSM-7": 153, "UCS-2": 67}  # units of each of several segments
LONGEST = 1600  # characters Twilio takes in one body (error 21617)
MOST = 50  # segments such a body can have: 1,600 emoji of two units each

# Characters that keyboards and word processors insert by themselves -> their GSM-7 equivalents
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
    """An empty text is 0 units and 1 segment (Twilio refuses it, 21602)."""
    encoding: Encoding = "UCS-2" if forcing(text) else "GSM-7"
    size = _septets if encoding == "GSM-7" else _utf16_units
    units = size(text)
    if units <= ALONE[encoding]:
        return Segments(encoding, units, 1)
    if encoding == "GSM-7" and units == len(text) and "\r\n" not in text:  # each character is a grapheme of one septet
        return Segments(encoding, units, -(-units // CHAINED[encoding]))
    return Segments(encoding, units, _packed([size(g) for g in _GRAPHEME.findall(text)], CHAINED[encoding]))


def billed(counted: Segments, picture: bool) -> int:
    """With a picture the text is one MMS, however long."""
    return 1 if picture else counted.segments


def forcing(text: str) -> list[str]:
    """The characters outside GSM-7, each once, in order of appearance."""
    return [] if _GSM.issuperset(text) else [c for c in dict.fromkeys(text) if c not in _GSM]


def plain(text: str) -> str:
    """``text`` with the characters in PLAIN replaced; others outside GSM-7 stay."""
    return "".join(PLAIN.get(c, c) for c in text)


def _septets(text: str) -> int:
    return len(text) + sum(map(text.count, EXTENDED))


def _utf16_units(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


def _packed(sizes: list[int], room: int) -> int:
    segments, used = 1, 0
    for size in sizes:
        if used + size > room and used:
            segments, used = segments + 1, 0
        overflow = max(0, (used + size - 1) // room)  # one grapheme of stacked marks may fill several
        segments, used = segments + overflow, used + size - overflow * room
    return segments
