"""May a text leave now, on the clock of the person who gets it?

Source: SPEC S1; 47 CFR 64.1200(c)(1): nothing before 8:00 or after 21:00, local time at the called party's location.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LEGAL_START, LEGAL_END = time(8), time(21)


def allows(now: datetime, start: time, end: time, zones: Iterable[str]) -> bool:
    """True where ``start`` <= local < ``end`` in every zone. ``now`` is aware, ``zones`` are IANA names.

    A window may cross midnight; ``start == end`` is closed. Unknown names are skipped; no usable zone is closed.
    """
    local = [now.astimezone(zone).time() for name in zones if (zone := _zone(name))]
    return bool(local) and all(_inside(at, start, end) for at in local)


def open_for(now: datetime, minutes: int, start: time, end: time, zones: Iterable[str]) -> bool:
    """True where the window is open now and still will be in ``minutes``."""
    zones = list(zones)
    return all(allows(at, start, end, zones) for at in (now, now + timedelta(minutes=minutes)))


def opens_at(now: datetime, start: time, end: time, zones: Iterable[str]) -> datetime | None:
    """The next instant, by the minute, at which the window is open in every zone; None where none comes in 8 days."""
    zones = [name for name in zones if _zone(name)]
    if allows(now, start, end, zones):
        return now
    edges = sorted(edge for name in zones for edge in _starts(now, start, _zone(name)))
    return next((edge for edge in edges if edge > now and allows(edge, start, end, zones)), None)


def closes_at(now: datetime, start: time, end: time, zones: Iterable[str]) -> datetime:
    """The first instant after ``now`` at which some zone's window is closed. ``now`` itself where it is closed already."""
    zones = list(zones)
    if not allows(now, start, end, zones):
        return now
    ends = [edge for name in zones if (zone := _zone(name)) for edge in _starts(now, end, zone)]
    return min((edge for edge in ends if edge > now), default=now + timedelta(days=1))


def usable(name: str) -> bool:
    """Is this the name of a zone?"""
    return _zone(name) is not None


def _inside(at: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def _starts(now: datetime, at: time, zone: ZoneInfo | None) -> list[datetime]:
    """That time of day in that zone, on the days around ``now``, as instants in ``now``'s zone."""
    first = now.astimezone(zone).date() - timedelta(days=1)
    return [datetime.combine(first + timedelta(days=n), at, zone).astimezone(now.tzinfo) for n in range(10)]


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
