"""When a number of segments will have been sent, by the numbers' pace and the campaign's window (SPEC V3, X1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from webapp.rules import window

DAYS = 30  # how far ahead it looks


@dataclass(frozen=True)
class Line:
    """A number's queue. ``wait``: seconds before it sends again; ``rate``: segments a second; ``takes_more``: may it get
    texts beyond the ``queued`` segments?"""

    wait: float
    queued: float
    rate: float
    takes_more: bool


def seconds(lines: Sequence[Line], more: float) -> float | None:
    """After which every queue is empty and ``more`` segments have left by whichever number is free first. None where no
    number takes them. A queue leaves by its own number alone."""
    free_after = [line.wait + line.queued / line.rate for line in lines]
    empty = max((at for at, line in zip(free_after, lines, strict=True) if line.queued), default=0.0)
    takers = sorted((at, line.rate) for at, line in zip(free_after, lines, strict=True) if line.takes_more)
    if more <= 0:
        return empty
    sent = rate = at = 0.0
    for free, of_number in takers:
        if sent + rate * (free - at) >= more:
            break
        sent, at, rate = sent + rate * (free - at), free, rate + of_number
    return max(empty, at + (more - sent) / rate) if rate else None


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
