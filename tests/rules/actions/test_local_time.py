"""Days and times as one types them (SPEC A9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from webapp.rules.actions import local_time


def test_a_time_is_read_on_the_clock_of_its_zone() -> None:
    day, nine = date(2026, 12, 1), time(9)
    assert local_time.instant(day, nine, "America/New_York") == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert local_time.instant(day, nine, "Pacific/Honolulu") == datetime(2026, 12, 1, 19, tzinfo=UTC)


def test_a_time_that_clocks_pass_over_never_comes() -> None:
    assert local_time.instant(date(2027, 3, 14), time(2, 30), "America/New_York") is None
    assert local_time.instant(date(2027, 3, 14), time(2, 30), "America/Phoenix") is not None


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert local_time.instant(date(2026, 11, 1), time(1, 30), "America/New_York") == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )
