"""Twilio's answers, read so that every one of them is a trouble we know: no odd answer is an error of ours."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException

from webapp.gateways.odd_answers import read_as

MOST_DIGITS = 7  # of an error code


class Unreadable(TwilioException):
    """An answer that is not what Twilio promises: no JSON, other fields, other types."""


@read_as
def readable(error: Exception) -> Unreadable:
    """An answer that neither the SDK nor we can read."""
    return Unreadable(f"{type(error).__name__}: {error}"[:200])


def refusal(status: int, url: str, body: str) -> TwilioRestException:
    """By HTTP's own status, and Twilio's code where the body has one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, dict) else {}
    code, words = str(told.get("code")), plain(str(told.get("message") or ""))[:200]
    known = re.fullmatch(rf"[1-9][0-9]{{0,{MOST_DIGITS - 1}}}", code)
    return TwilioRestException(status, url, words, int(code) if known else status)


def is_sid(told: object) -> bool:
    return isinstance(told, str) and re.fullmatch(r"[0-9A-Za-z]{1,34}", told) is not None


def plain(text: object) -> str:
    """Words as both databases store them: without half a character and without NUL."""
    whole = str(text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "")


def instant(told: Any) -> datetime | None:
    """The SDK leaves a date that it can't read as it came: ValueError."""
    if told is None:
        return None
    if not isinstance(told, datetime):
        raise ValueError(f"no date: {told!r}"[:80])
    return told if told.tzinfo else told.replace(tzinfo=UTC)
