"""When the last of so many texts would leave."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import window
from webapp.rules.numbers import forecast
from webapp.rules.numbers.forecast import Line

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 12:00 in New York
EAST = ("America/New_York",)


def done(segments: float, rate: float, now: datetime = NOON) -> datetime | None:
    return forecast.done_at(now, segments, rate, time(9), time(21), EAST)


def test_within_the_day_it_is_the_pace_alone() -> None:
    assert done(120_000, 40) == NOON + timedelta(seconds=3_000)
    assert done(0, 1) == NOON


def test_what_does_not_fit_goes_on_the_next_morning() -> None:
    assert done(10 * 3_600, 1) == NOON + timedelta(hours=9 + 12 + 1)  # nine hours today, one tomorrow from nine
    assert done(3_600, 1, NOON + timedelta(hours=12)) == NOON + timedelta(hours=22)  # asked at midnight


def test_without_pace_or_within_no_time_there_is_no_answer() -> None:
    assert done(1, 0) is None and done(40 * 12 * 3_600, 1) is None
    assert forecast.done_at(NOON, 1, 1, time(9), time(9), EAST) is None


@given(st.integers(0, 600_000), st.floats(0.5, 100), st.integers(0, 47))
def test_it_ends_inside_the_window_and_no_sooner_than_the_pace_allows(segments: int, rate: float, hours: int) -> None:
    now = NOON + timedelta(hours=hours)
    at = done(segments, rate, now)
    if at is not None:
        assert at >= now + timedelta(seconds=segments / rate) - timedelta(milliseconds=1)
        assert window.allows(at - timedelta(milliseconds=1), time(9), time(21), EAST) or segments == 0


@pytest.mark.parametrize(
    ("lines", "more", "after"),
    [
        ([], 0, 0),
        ([], 5, None),
        ([Line(0, 60, 1, True)], 0, 60),
        ([Line(0, 60, 1, True)], 60, 120),
        ([Line(300, 60, 1, True)], 0, 360),  # Twilio asked it to wait
        ([Line(300, 0, 1, True)], 0, 0),  # and nothing waits for it
        ([Line(0, 600, 1, True), Line(0, 10, 10, True)], 0, 600),  # a queue leaves by its own number
        ([Line(0, 600, 1, True), Line(0, 0, 1, True)], 60, 600),  # the free one takes what comes
        ([Line(0, 60, 1, True), Line(0, 0, 1, True)], 100, 80),
        ([Line(0, 60, 1, False)], 0, 60),  # retired: its queue leaves, and it takes no more
        ([Line(0, 60, 1, False)], 1, None),
        ([Line(100, 0, 1, True), Line(0, 0, 2, True)], 20, 10),
    ],
)
def test_each_number_has_its_own_queue_pace_and_wait(lines: list[Line], more: float, after: float | None) -> None:
    assert forecast.seconds(lines, more) == after
