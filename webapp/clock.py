"""now(): the only caller of the system's clock. In a rehearsal it can be set.

Time is one clock plus one offset. The clock is PostgreSQL's where there is one (`database.set_clock`), so that processes on
several machines agree; else the system's. The offset is 0 in production, in a rehearsal a number of seconds in a file of
the data directory. Web, worker and simulator read that file at most once a second.
"""

from __future__ import annotations

import time
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import tzdata

from webapp import config

_SYSTEM_ZONES = Path("/usr/share/zoneinfo/tzdata.zi")
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

_frozen: datetime | None = None
_followed: float | None = None  # what another clock said, in seconds since 1970, when steady() was 0
_seen = (0.0, 0.0)  # when the file was read (steady seconds), and the offset in it


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    return datetime.fromtimestamp(_unmoved() + offset(), UTC)


def _unmoved() -> float:
    """Seconds since 1970, without the rehearsal's offset."""
    return time.time() if _followed is None else _followed + steady()


def follow(told: float | None, at: float = 0.0) -> None:
    """``told``: what another machine's clock said, in seconds since 1970, when steady() was ``at``. None: now() is the
    system's clock again."""
    global _followed
    _followed = None if told is None else told - at


def follows() -> bool:
    """Does now() follow another machine's clock?"""
    return _followed is not None


def ahead_of(told: datetime) -> float:
    """Seconds by which this process's clock, without the rehearsal's offset, is ahead of what another just told."""
    return _unmoved() - told.timestamp()


def offset() -> float:
    """Seconds the rehearsal's clock is ahead of the system's; 0 in production."""
    global _seen
    if not config.settings().rehearsal:
        return 0.0
    if steady() - _seen[0] >= 1 or _seen[0] == 0:
        _seen = (steady(), _read(_file()))
    return _seen[1]


def set_to(at: datetime) -> None:
    """Moves the rehearsal's clock in every process; time runs on from there."""
    global _seen
    ahead = at.timestamp() - _unmoved()
    _file().parent.mkdir(parents=True, exist_ok=True)
    fresh = _file().with_suffix(".new")
    fresh.write_text(repr(ahead))
    fresh.replace(_file())
    _seen = (steady(), ahead)


def freeze(at: datetime | None) -> None:
    """For tests: stops the clock at this instant; None lets it run again."""
    global _frozen
    _frozen = at


def steady() -> float:
    """Seconds of a monotonic clock, to measure durations by. On Linux it goes on while the machine is suspended."""
    return time.clock_gettime(_STEADY)


class Jumps:
    """Notices that the system's clock was set: it moved against the steady one."""

    def __init__(self) -> None:
        self._apart = self._measure()

    def since_last(self) -> float:
        """By how many seconds it was set forward since the last call, or back where negative; 0.0 for less than a second."""
        before, self._apart = self._apart, self._measure()
        jumped = self._apart - before
        return jumped if abs(jumped) >= 1 else 0.0

    @staticmethod
    def _measure() -> float:
        return time.time() - steady()


def use_newest_zones(system: Path = _SYSTEM_ZONES) -> bool:
    """Takes time zones from the package tzdata where the machine's own are older. Provinces change their rules; by the
    old ones people there would be texted an hour too early or too late (SPEC S1). True where the package is used."""
    try:
        with system.open() as file:
            version = file.readline().removeprefix("# version ").strip()
    except OSError:
        version = ""
    older = bool(version < tzdata.IANA_VERSION)
    if older:
        zoneinfo.reset_tzpath(())
    else:
        zoneinfo.reset_tzpath()
    return older


def _file() -> Path:
    return config.settings().data_dir / "clock"


def _read(file: Path) -> float:
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return 0.0


use_newest_zones()  # before anybody loads a zone
