"""How long a number waits before it sends again."""

from __future__ import annotations

from datetime import datetime

FEW = 3  # failed calls in a row after which a number rests
ROOM = 2.0  # seconds by which two processes may read the time apart
LONGEST_HOLD = 300.0  # seconds for which Twilio may ask a number to wait
LONGEST_REST = 1_800.0  # seconds for which trouble makes a number rest


def seconds_ahead(at: datetime | None, now: datetime, most: float) -> float:
    """Seconds until then; 0 where it is past, or more than ``most`` away: then a wrong clock wrote it."""
    seconds = (at - now).total_seconds() if at else 0.0
    return seconds if 0 < seconds <= most + ROOM else 0.0
