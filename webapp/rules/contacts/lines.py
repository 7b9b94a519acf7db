"""Which kinds of lines can't get texts, by Twilio's names for them (DOMAIN C10)."""

from __future__ import annotations

INVALID = "invalid"  # ours: Twilio says that there is no such number
NOT_TEXTABLE = frozenset({"landline", "tollFree", "premium", "pager", "voicemail", "uan", "sharedCost", INVALID})
UNKNOWN = frozenset({"", "unknown"})


def textable(kind: str) -> bool:
    """Also where nobody knows: then errors teach it."""
    return kind not in NOT_TEXTABLE


def surely_textable(kind: str) -> bool:
    return textable(kind) and kind not in UNKNOWN
