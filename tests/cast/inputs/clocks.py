"""Clocks of contacts: the cases of tests/cases/zones.csv, and what two sets of zones have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.cast import TESTS

_CASES = TESTS / "cases" / "zones.csv"
WINTER, SUMMER = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)


def zone_cases() -> list[dict[str, str]]:
    """Rows: state, zip, phone, timezone, and ``clocks`` that must all be inside the window, "|" between."""
    with _CASES.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 29
    return rows


# Two area codes have no fictional numbers that phonenumbers takes as valid; an upload needs valid ones
_VALID = {"+12425550122": "+12423590122", "+16845550141": "+16847330141"}


def as_upload(folder: Path) -> tuple[Path, dict[str, str]]:
    """The cases as a list to upload, and the clocks of each by phone."""
    rows = [{**row, "phone": _VALID.get(row["phone"], row["phone"])} for row in zone_cases()]
    path = folder / "cases.csv"
    lines = [",".join(row[name] for name in ("phone", "state", "zip", "timezone")) for row in rows]
    path.write_text("\n".join(["Phone,State,Zip,Timezone", *lines]) + "\n")
    return path, {row["phone"]: row["clocks"] for row in rows}


def clocks(zones: Iterable[str]) -> set[tuple[timedelta | None, ...]]:
    """Two zones with the same time in January and in July are one clock."""
    return {tuple(at.astimezone(ZoneInfo(name)).utcoffset() for at in (WINTER, SUMMER)) for name in zones}
