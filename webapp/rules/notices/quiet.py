"""Quiet hours: when nothing but what somebody asked for reaches a volunteer (SPEC P2)."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo


def is_quiet(now: datetime, start: time, end: time, zone: str) -> bool:
    """``now``: aware. True where start <= local < end; they may cross midnight, and the same time twice is never quiet."""
    local = now.astimezone(ZoneInfo(zone)).time()
    if start <= end:
        return start <= local < end
    return local >= start or local < end
