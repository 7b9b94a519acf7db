"""The window of a day, on every clock a contact may have (SPEC S1)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tests.cast.inputs.vectors import vectors
from webapp.rules import window

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # in New York


def test_when_a_window_opens_and_closes_next() -> None:
    night = NOON.replace(hour=4)
    zones = ["America/New_York", "America/Los_Angeles"]
    assert window.opens_at(night, time(9), time(21), zones) == NOON.replace(hour=17)
    assert window.closes_at(NOON.replace(hour=18), time(9), time(21), zones) == NOON.replace(hour=2) + timedelta(days=1)
    assert window.opens_at(night, time(9), time(10), ["America/New_York", "Pacific/Honolulu"]) is None


def test_hours_are_read_on_every_clock_the_contact_may_have() -> None:
    wrong = []
    for row in vectors("quiet_hours.jsonl"):
        start, end = time.fromisoformat(row["window_start"]), time.fromisoformat(row["window_end"])
        now = datetime.fromisoformat(row["utc_instant"])
        zones = [zone for zone in row["contact_timezones"] if window.usable(zone)] or [row["campaign_tz"]]
        if window.allows(now, start, end, zones) is not row["allowed"]:
            wrong.append(row["id"])
    assert wrong == []


def test_clocks_that_agree_are_one() -> None:
    zones = ["America/New_York", "America/Detroit", "America/Denver", "America/Phoenix", "Mars/Base"]
    assert [zone in ("America/Denver", "America/Phoenix") for zone in window.clocks(NOON, zones)] == [True, False]
    assert len(window.clocks(NOON.replace(month=7), zones)) == 3, "Arizona has no summer time"
