"""The rules against answers made outside the project: tests/vectors/README.md says by which tools."""

from __future__ import annotations

import csv
import json
from datetime import datetime, time
from pathlib import Path

import pytest

from webapp.rules import opt_out, phone, segments, window

VECTORS = Path(__file__).parents[1] / "vectors"


def lines(name: str) -> list[dict]:
    text = (VECTORS / name).read_text()
    rows = [json.loads(line) for line in text.split("\n") if line]  # splitlines() would split inside texts
    assert len(rows) > 50, f"{name} is not all there"
    return rows


@pytest.mark.parametrize("row", lines("segments.jsonl"), ids=lambda row: row["id"])
def test_segments_are_counted_as_twilio_bills_them(row: dict) -> None:
    got = segments.count(row["text"])
    assert got.encoding == row["encoding"]
    assert got.units == row["units"] or row["group"] == "zalgo"
    if row["group"] in ("zalgo", "grapheme-version"):  # README: either count may be defended
        assert abs(got.segments - row["segments"]) <= 1
    else:
        assert got.segments == row["segments"]


def phones() -> list[dict]:
    with open(VECTORS / "phones.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", phones(), ids=lambda row: row["id"])
def test_phones_are_read_as_libphonenumber_reads_them_without_its_slips(row: dict) -> None:
    parsed = phone.parse(row["raw"], row["default_region"])
    got = parsed.e164 if isinstance(parsed, phone.Phone) else "invalid"
    assert got == row["expected"] or (row["strength"] == "may" and got in row["also_ok"].split("|"))


@pytest.mark.parametrize("row", lines("quiet_hours.jsonl"), ids=lambda row: row["id"])
def test_hours_are_read_on_every_clock_the_contact_may_have(row: dict) -> None:
    start, end = time.fromisoformat(row["window_start"]), time.fromisoformat(row["window_end"])
    now = datetime.fromisoformat(row["utc_instant"])
    zones = [zone for zone in row["contact_timezones"] if window.usable(zone)] or [row["campaign_tz"]]
    assert window.allows(now, start, end, zones) is row["allowed"]


@pytest.mark.parametrize("row", lines("optout.jsonl"), ids=lambda row: row["id"])
def test_only_a_whole_keyword_opts_out_and_other_words_are_flagged(row: dict) -> None:
    expected = {"keyword": "opt_out", "language": "possible", "none": "none"}
    accepted = {expected[row["kind"]]}
    if also := row.get("accept_also"):
        accepted |= {{"opt_out": "opt_out", "language": "possible", "none": "none"}[also]}
    assert opt_out.classify(row["body"]) in accepted
