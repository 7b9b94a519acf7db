"""Starts a process of a machine with clocks of its own: `python -m tests.faults.machine web`, worker or look.

The file CLOCKS holds two numbers: by how many seconds the machine's wall clock is ahead of the right time, and for how
many its steady clock stood still, as some do while a machine sleeps. The file may change while the process runs.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import datetime, tzinfo
from pathlib import Path

SEEN_FOR = 0.02  # seconds
_clocks = Path(os.environ.get("CLOCKS", ""))
_right, _real_gettime, _monotonic = time.time, time.clock_gettime, time.monotonic
_seen = (-1.0, 0.0, 0.0)


def _told() -> tuple[float, float]:
    global _seen
    if _monotonic() - _seen[0] > SEEN_FOR:
        try:
            wall, stood = map(float, _clocks.read_text().split())
            _seen = (_monotonic(), wall, stood)
        except (OSError, ValueError):
            _seen = (_monotonic(), *_seen[1:])
    return _seen[1], _seen[2]


def wall() -> float:
    return _right() + _told()[0]


def steady(which: int) -> float:
    if which in (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC):
        return _real_gettime(which) - _told()[1]
    return _real_gettime(which)


class Datetime(datetime):
    """For libraries that ask it for the time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Datetime:
        return cls.fromtimestamp(wall(), tz)


def set_clocks(file: Path, ahead: float, stood: float = 0.0) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{ahead} {stood}")
    fresh.replace(file)


def main() -> None:
    if "CLOCKS" in os.environ:
        time.time, time.clock_gettime = wall, steady
        time.monotonic = lambda: _monotonic() - _told()[1]
    from arq import worker  # now: these ask for the clocks when they are imported

    from tests.faults import broken, look, process

    if "CLOCKS" in os.environ:
        vars(worker)["datetime"] = Datetime
    if sys.argv[1] == "look":
        broken.break_it(os.environ.get("BROKEN", ""))
        asyncio.run(look.main())
    else:
        process.main()


if __name__ == "__main__":
    main()
