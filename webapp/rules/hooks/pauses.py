"""When a webhook that failed is tried again, and when an endpoint is given up (SPEC B7)."""

from __future__ import annotations

from datetime import timedelta

_PAUSES = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600)  # seconds after each try; the last one again and again
TRIES = 25  # longer than OFF_AFTER however the dice fall: an event that is alone turns its endpoint off, and owners are told
OFF_AFTER = timedelta(days=3)  # of nothing but failure


def again(tries: int, dice: float) -> float:
    """Seconds until the next try. ``dice``: 0 to 1, so that what failed together does not come back together."""
    return _PAUSES[min(max(tries, 1), len(_PAUSES)) - 1] * (0.75 + 0.5 * dice)
