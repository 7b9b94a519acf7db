"""Corrects times that a wrong clock wrote: after a clock was set forward and back, texts would wait until it is that
late again."""

from __future__ import annotations

import logging
from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.rules import trouble

log = logging.getLogger(__name__)

# The most by which each is ever set ahead, with room: undo and Retry-After; the looks of doubt.py; a claim is of now
_AHEAD = (
    ("queued", "due_at", timedelta(minutes=10)),
    ("unknown", "next_look_at", timedelta(minutes=10)),
    ("sending", "claimed_at", timedelta(seconds=30)),
)


def stops(ahead: float | None) -> bool:
    """True where no text may be claimed now. ``ahead``: seconds by which the clock that decides about hours is ahead of
    Twilio's. That is this machine's clock on SQLite, the database server's on PostgreSQL."""
    wrong = trouble.waits_for_clock(ahead)
    if wrong:
        log.error("the clock that decides is %+.0f s ahead of Twilio's: nothing is sent", ahead)
    return wrong


_OPEN = "status IN ('sending', 'unknown')"
_IN_INDEX = {
    "queued": "TRUE",
    "sending": _OPEN,
    "unknown": _OPEN,
}  # the condition that SQLite wants to read in a statement


async def correct() -> int:
    """Makes texts that wait for such a time due now. Returns how many there were."""
    now, corrected = clock.now(), 0
    for status, column, most in _AHEAD:
        found = await database.query(
            f"SELECT id FROM message WHERE status = '{status}' AND {_IN_INDEX[status]} AND {column} > ? LIMIT 1000",
            sql_time(now + most),
        )
        if found:
            corrected += await _set([row["id"] for row in found], status, column)
    return corrected


@transactional
async def _set(ids: list[int], status: str, column: str) -> int:
    among = ", ".join(str(int(one)) for one in ids)
    return len(
        await database.query(
            f"UPDATE message SET {column} = ? WHERE id IN ({among}) AND status = ? RETURNING id",
            sql_time(clock.now()),
            status,
        )
    )
