"""Whether a text may leave now, by the local time of the person who gets it.

safeguards.hours_allow asks it at the click and at the worker.

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
    """True where the window is open both now and in ``minutes``."""
    zones = list(zones)
    return all(allows(at, start, end, zones) for at in (now, now + timedelta(minutes=minutes)))


def opens_at(now: datetime, start: time, end: time, zones: Iterable[str]) -> datetime | None:
    """``now`` where the window is open in every zone; else the next instant it opens in all; None if not within 8
    days."""
    zones = [name for name in zones if _zone(name)]
    if allows(now, start, end, zones):
        return now
    edges = sorted(edge for name in zones for edge in _starts(now, start, _zone(name)))
    return next((edge for edge in edges if edge > now and allows(edge, start, end, zones)), None)


def closes_at(now: datetime, start: time, end: time, zones: Iterable[str]) -> datetime:
    """The first instant at which the window closes in one of the zones; ``now`` where it is closed already."""
    zones = list(zones)
    if not allows(now, start, end, zones):
        return now
    ends = [edge for name in zones if (zone := _zone(name)) for edge in _starts(now, end, zone)]
    return min((edge for edge in ends if edge > now), default=now + timedelta(days=1))


def clocks(now: datetime, zones: Iterable[str]) -> list[str]:
    """One zone for each local time the zones have ``now``, the earliest time first. Unknown names are skipped."""
    by_offset = {now.astimezone(zone).utcoffset(): name for name in zones if (zone := _zone(name))}
    return [by_offset[offset] for offset in sorted(offset for offset in by_offset if offset is not None)]


def usable(name: str) -> bool:
    """True for an IANA name this machine knows."""
    return _zone(name) is not None


def _inside(at: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def _starts(now: datetime, at: time, zone: ZoneInfo | None) -> list[datetime]:
    """``at`` in ``zone`` on 10 days from yesterday on, as instants in ``now``'s zone."""
    first = now.astimezone(zone).date() - timedelta(days=1)
    return [datetime.combine(first + timedelta(days=n), at, zone).astimezone(now.tzinfo) for n in range(10)]


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
