"""Kinds of phone lines that can't get texts, by Twilio's names (DOMAIN C10)."""

from __future__ import annotations

INVALID = "invalid"  # our own name: Twilio knows no such number
NOT_TEXTABLE = frozenset({"landline", "tollFree", "premium", "pager", "voicemail", "uan", "sharedCost", INVALID})
UNKNOWN = frozenset({"", "unknown"})


def textable(kind: str) -> bool:
    """True for an unknown kind: an error of the first text will tell."""
    return kind not in NOT_TEXTABLE


def surely_textable(kind: str) -> bool:
    return textable(kind) and kind not in UNKNOWN
