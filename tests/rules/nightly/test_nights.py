"""A nightly import is due at its hour, on the campaign's clock (SPEC B8)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.rules.nightly import nights


def test_the_next_night_is_by_the_campaigns_clock() -> None:
    zone = ZoneInfo("America/New_York")
    assert nights.next_night(datetime(2026, 3, 4, 2, 59, tzinfo=zone), 3) == datetime(2026, 3, 4, 3, tzinfo=zone)
    assert nights.next_night(datetime(2026, 3, 4, 3, 0, tzinfo=zone), 3) == datetime(2026, 3, 5, 3, tzinfo=zone)
