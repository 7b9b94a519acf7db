"""Where a contact lives, read from the best evidence (SPEC S1)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_zones


@pytest.mark.parametrize(
    ("given_", "names", "source"),
    [
        ({"timezone": "America/Denver", "zip_code": "10001"}, ("America/Denver",), "timezone"),
        ({"timezone": "Pacific Time"}, ("America/Los_Angeles",), "timezone"),
        ({"timezone": "Mars/Base", "zip_code": "96720"}, ("Pacific/Honolulu",), "zip"),
        ({"zip_code": "2139-4307"}, ("America/New_York",), "zip"),
        ({"state": "pa"}, ("America/New_York",), "state"),
        ({"state": "TN", "phone": "+12125550123"}, ("America/New_York",), "area_code"),
        ({"phone": "+18505550123"}, ("America/Chicago", "America/New_York"), "area_code"),
        ({"phone": "+18005550123"}, (), ""),
        ({"phone": "+15005550006"}, (), ""),
        ({}, (), ""),
    ],
)
def test_where_a_contact_lives_is_read_from_the_best_evidence(
    given_: dict, names: tuple[str, ...], source: str
) -> None:
    assert contact_zones.derive(**given_) == contact_zones.Zones(names, source)  # type: ignore[arg-type]
