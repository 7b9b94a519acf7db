"""The next time a nightly import is due (SPEC B8)."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def next_night(now: datetime, hour: int) -> datetime:
    """The next time it is ``hour`` on the clock of ``now``, which has the campaign's zone."""
    today = datetime.combine(now.date(), time(hour), now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), time(hour), now.tzinfo)
