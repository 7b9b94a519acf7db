"""A day and a time on the clock of a zone, as one types them, and the instant they mean (SPEC A9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def instant(day: date, at: time, zone: str) -> datetime | None:
    """In UTC. None where the clocks of the zone go forward over this time, so that it never comes. Of a time that comes
    twice, as clocks go back, the first."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    found = local.astimezone(UTC)
    return found if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None) else None
