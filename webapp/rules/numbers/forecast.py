"""When so many segments will have left, by the pace of the numbers and the campaign's window (SPEC V3, X1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from webapp.rules import window

DAYS = 30  # further ahead than this nothing is said


def done_at(
    now: datetime, segments: float, rate: float, start: time, end: time, zones: Sequence[str]
) -> datetime | None:
    """``rate``: segments a second, of all numbers together. None: never at this pace, or not within 30 days."""
    if rate <= 0:
        return None
    left, at = timedelta(seconds=segments / rate), now
    while at < now + timedelta(days=DAYS):
        opens = window.opens_at(at, start, end, zones)
        if opens is None:
            return None
        closes = window.closes_at(opens, start, end, zones)
        if opens + left <= closes:
            return opens + left
        left, at = left - (closes - opens), closes
    return None
