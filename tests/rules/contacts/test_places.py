"""A place as somebody types it (SPEC B5)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_zones, places


@pytest.mark.parametrize(
    ("typed", "state", "zip_code"),
    [
        ("15213", "", "15213"),
        ("15213-4307", "", "15213"),
        ("2139", "", "02139"),
        ("pa", "PA", "15213"),
        ("Pennsylvania", "PA", "15213"),
        ("Ontario, CA", "", "91761"),
        ("Erie", "", "16502"),
        (" ERIE ,  pa ", "", "16502"),
        ("St. Louis", "", "63101"),
        ("saint louis, Missouri", "", "63101"),
        ("Coeur d’Alene", "", "83814"),
        ("New York", "NY", "10001"),
        ("Washington", "WA", "20001"),
        ("Washington, DC", "", "20001"),
    ],
)
def test_a_zip_a_state_or_a_city_is_understood(typed: str, state: str, zip_code: str) -> None:
    found = places.read(typed)
    assert found is not None and found.state == state
    assert zip_code in found.zips


@pytest.mark.parametrize(
    "typed", ["", "Nowhere", "XX", "Erie, Ohio", ",", "999", "Erie, XX", "x" * 10_000, "\x00", "🙂"]
)
def test_what_is_no_place_is_none(typed: str) -> None:
    assert places.read(typed) is None


def test_a_city_with_its_state_has_no_zip_of_another_state() -> None:
    found = places.read("Springfield, IL")
    assert found is not None and {contact_zones.state_of_zip(digits) for digits in found.zips} == {"IL"}
    everywhere = places.read("Springfield")
    assert everywhere is not None and set(found.zips) < set(everywhere.zips)
