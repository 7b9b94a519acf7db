"""When a number of segments will have been sent, by the numbers' pace and the campaign's window (SPEC V3, X1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from webapp.rules import window

DAYS = 30  # how far ahead it looks


def done_at(
    now: datetime, segments: float, rate: float, start: time, end: time, zones: Sequence[str]
) -> datetime | None:
    """``rate``: segments a second of all numbers together. None where it takes longer than DAYS, or the rate is 0."""
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
