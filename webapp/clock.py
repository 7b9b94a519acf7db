"""now(): the only caller of the system's clock. In a rehearsal it can be set.

Time is the system's clock plus one offset: 0 in production, in a rehearsal a number of seconds in a file of the data
directory. Web, worker and simulator read that file at most once a second.
"""

from __future__ import annotations

import time
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tzdata

from webapp import config

_SYSTEM_ZONES = Path("/usr/share/zoneinfo/tzdata.zi")

_frozen: datetime | None = None
_seen = (0.0, 0.0)  # when the file was read (monotonic seconds), and the offset in it


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC) + timedelta(seconds=offset())


def offset() -> float:
    """Seconds the rehearsal's clock is ahead of the system's; 0 in production."""
    global _seen
    if not config.settings().rehearsal:
        return 0.0
    if time.monotonic() - _seen[0] >= 1 or _seen[0] == 0:
        _seen = (time.monotonic(), _read(_file()))
    return _seen[1]


def set_to(at: datetime) -> None:
    """Moves the rehearsal's clock in every process; time runs on from there."""
    global _seen
    ahead = (at - datetime.now(UTC)).total_seconds()
    _file().parent.mkdir(parents=True, exist_ok=True)
    fresh = _file().with_suffix(".new")
    fresh.write_text(repr(ahead))
    fresh.replace(_file())
    _seen = (time.monotonic(), ahead)


def freeze(at: datetime | None) -> None:
    """For tests: stops the clock at this instant; None lets it run again."""
    global _frozen
    _frozen = at


def steady() -> float:
    """Seconds of a monotonic clock, to measure durations by."""
    return time.monotonic()


def use_newest_zones(system: Path = _SYSTEM_ZONES) -> bool:
    """Takes time zones from the package tzdata where the machine's own are older: provinces change their clocks, and by old
    rules people there are texted an hour out (SPEC S1). True where the package is used."""
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
