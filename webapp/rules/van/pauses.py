"""When something that did not reach VAN is tried again."""

from __future__ import annotations

SETTLE = 15  # seconds a fact rests, so that Undo and a corrected answer are one with it
PAUSE = 0.5  # seconds between two requests: two a second at most
LEAST, MOST = 30.0, 3_600.0
LOOK, LOOK_MOST = 2.0, 30.0


def again(tries: int) -> float:
    """Seconds until the next try, after ``tries`` that failed: 30 s, then twice as long each time, an hour at most."""
    return min(LEAST * 2 ** max(tries - 1, 0), MOST) if tries < 20 else MOST


def look_again(tries: int) -> float:
    """Seconds until VAN is asked again how far a list is: 2 s, then half as much more each time, 30 s at most."""
    return min(LOOK * 1.5 ** min(max(tries - 1, 0), 20), LOOK_MOST)
