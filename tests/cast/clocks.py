"""Clocks of contacts: the cases of tests/cases/zones.csv, and what two sets of zones have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.cast import TESTS

ZONE_CASES = TESTS / "cases" / "zones.csv"
WINTER, SUMMER = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)


def zone_cases() -> list[dict[str, str]]:
    """Rows: state, zip, phone, timezone, and ``clocks`` that must all be inside the window, "|" between."""
    with ZONE_CASES.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 29
    return rows


def clocks(zones: Iterable[str]) -> set[tuple[timedelta | None, ...]]:
    """Two zones with the same time in January and in July are one clock."""
    return {tuple(at.astimezone(ZoneInfo(name)).utcoffset() for at in (WINTER, SUMMER)) for name in zones}
