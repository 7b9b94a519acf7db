"""Segments, as Twilio bills them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.cast.inputs.vectors import vectors
from webapp.rules import segments


@given(st.text(max_size=400))
def test_counting_never_raises_and_never_counts_less_than_the_units_need(text: str) -> None:
    counted = segments.count(text)
    room = segments.CHAINED[counted.encoding] if counted.segments > 1 else segments.ALONE[counted.encoding]
    assert counted.segments >= 1 and counted.units <= counted.segments * room


def segments_of(row: dict[str, Any]) -> tuple[str, int, int]:
    """Encoding, units and segments as we count them; where the README says that either count may be defended, theirs."""
    got = segments.count(row["text"])
    units = row["units"] if row["group"] == "zalgo" else got.units
    defended = row["group"] in ("zalgo", "grapheme-version") and abs(got.segments - row["segments"]) <= 1
    return got.encoding, units, row["segments"] if defended else got.segments


def test_segments_are_counted_as_twilio_bills_them() -> None:
    rows = vectors("segments.jsonl")
    wrong = [row["id"] for row in rows if segments_of(row) != (row["encoding"], row["units"], row["segments"])]
    assert wrong == []
