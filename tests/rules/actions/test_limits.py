"""People within an action's limits (SPEC A9)."""

from __future__ import annotations

import pytest

from webapp.rules.actions import limits
from webapp.rules.actions.limits import Limits

PITTSBURGH = limits.areas_of("15213", ["PA-12"])


def test_a_zip_has_a_state_a_county_and_the_districts_of_the_list() -> None:
    assert {("state", "PA"), ("county", "Allegheny County, PA"), ("district", "PA-12")} == PITTSBURGH
    assert limits.areas_of("15213-4307") == limits.areas_of("15213")
    assert limits.areas_of("2139") == {("state", "MA"), ("county", "Middlesex County, MA")}
    assert limits.areas_of("") == limits.areas_of("no zip") == frozenset()


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [
        (Limits(), True),
        (Limits("en"), True),
        (Limits("es"), False),
        (Limits("", frozenset({("state", "PA")})), True),
        (Limits("", frozenset({("state", "OH")})), False),
        (Limits("", frozenset({("state", "OH"), ("district", "PA-12")})), True),
        (Limits("", frozenset({("county", "Allegheny County, PA")})), True),
        (Limits("", frozenset({("county", "Allegheny County, NY")})), False),
        (Limits("es", frozenset({("state", "PA")})), False),
    ],
)
def test_one_place_is_enough_and_the_language_has_to_be_right(limit: Limits, allowed: bool) -> None:
    assert limit.allow("en", PITTSBURGH) is allowed


def test_whose_zip_nobody_knows_is_in_no_place() -> None:
    assert Limits().allow("en", ()) and not Limits("", frozenset({("state", "PA")})).allow("en", ())


@pytest.mark.parametrize(
    ("typed", "county"),
    [
        ("Allegheny County, PA", "Allegheny County, PA"),
        ("allegheny,pennsylvania", "Allegheny County, PA"),
        ("Orleans, LA", "Orleans Parish, LA"),
        ("Allegheny", ""),
        ("Nowhere, PA", ""),
        ("", ""),
    ],
)
def test_a_county_is_known_by_its_name_and_state(typed: str, county: str) -> None:
    assert limits.county(typed) == county


def test_a_state_is_known_by_its_name_or_its_letters() -> None:
    assert [limits.state(one) for one in ("pa", "Pennsylvania", "XX", "")] == ["PA", "PA", "", ""]
