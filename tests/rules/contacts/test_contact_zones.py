"""Where a contact lives, read from the best evidence (SPEC S1)."""

from __future__ import annotations

import pytest

from tests.cast.inputs.clocks import clocks, zone_cases
from webapp.rules.contacts import contact_zones

NEW_YORK, CHICAGO, DENVER = "America/New_York", "America/Chicago", "America/Denver"
PHOENIX, LOS_ANGELES, HONOLULU = "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu"


@pytest.mark.parametrize(
    ("given_", "names", "source"),
    [
        ({"timezone": "America/Denver", "zip_code": "10001"}, (DENVER,), "timezone"),
        ({"timezone": "Pacific Time"}, (LOS_ANGELES,), "timezone"),
        ({"timezone": "Mars/Base", "zip_code": "96720"}, (HONOLULU,), "zip"),
        ({"zip_code": "2139-4307"}, (NEW_YORK,), "zip"),
        ({"state": "pa"}, (NEW_YORK,), "state"),
        ({"state": "Tennessee", "phone": "+12125550123"}, (CHICAGO, NEW_YORK), "state"),
        ({"zip_code": "96898", "phone": "+18085550123"}, (HONOLULU,), "area_code"),  # Wake Island: nobody lives there
        ({"zip_code": "09508", "state": "AE", "phone": "+13125550123"}, (CHICAGO,), "area_code"),  # military post
        ({"zip_code": "99999", "state": "OH"}, (NEW_YORK,), "state"),
        ({"phone": "+18505550123"}, (CHICAGO, NEW_YORK), "area_code"),
        ({"phone": "+14485550123"}, (CHICAGO, NEW_YORK), "area_code"),  # an overlay of 850
        ({"phone": "+17785550123"}, ("America/Edmonton", "America/Vancouver"), "area_code"),  # an overlay of 250
        ({"phone": "+16045550123"}, ("America/Vancouver",), "area_code"),  # its neighbours' ZIPs list it too
        ({"phone": "+442079460123"}, (), ""),
        ({}, (), ""),
    ],
)
def test_where_a_contact_lives_is_read_from_the_best_evidence(
    given_: dict, names: tuple[str, ...], source: str
) -> None:
    assert contact_zones.derive(**given_) == contact_zones.Zones(names, source)  # type: ignore[arg-type]


def test_each_case_has_the_clocks_it_should() -> None:
    wrong = []
    for row in zone_cases():
        zones = contact_zones.derive(row["timezone"], row["zip"], row["state"], row["phone"])
        if clocks(zones.names) != clocks(row["clocks"].split("|")):
            wrong.append((row, zones))
    assert wrong == []


@pytest.mark.parametrize("code", ["500", "521", "533", "600", "700", "710", "800", "822", "833", "888", "900"])
def test_a_number_without_geography_is_no_evidence(code: str) -> None:
    assert contact_zones.derive(phone=f"+1{code}5550123") == contact_zones.Zones()


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("EST", (NEW_YORK,)),
        ("e.d.t.", (NEW_YORK,)),
        ("Eastern Time (US & Canada)", (NEW_YORK,)),
        ("(GMT-06:00) Central Time (US & Canada)", (CHICAGO,)),
        ("Mountain Time (US & Canada)", (DENVER,)),
        ("Pacific Standard Time", (LOS_ANGELES,)),
        ("US Mountain Standard Time", (PHOENIX,)),
        ("MST", (DENVER, PHOENIX)),
        ("Arizona", (PHOENIX,)),
        ("EST5EDT", (NEW_YORK,)),
        ("US/Eastern", ("US/Eastern",)),
        ("america/new york", (NEW_YORK,)),
        ("hst", (HONOLULU,)),
    ],
)
def test_words_for_a_zone_are_understood(word: str, names: tuple[str, ...]) -> None:
    assert contact_zones.derive(timezone=word).names == names
    assert contact_zones.knows_zone(word)


@pytest.mark.parametrize("word", ["", "UTC", "GMT-5", "-5", "Etc/GMT+5", "Central America", "Mars/Base", "east", "-7"])
def test_other_words_for_a_zone_are_no_evidence(word: str) -> None:
    assert not contact_zones.knows_zone(word)
    assert contact_zones.derive(timezone=word, state="OH") == contact_zones.Zones((NEW_YORK,), "state")


@pytest.mark.parametrize(
    ("word", "place", "names"),
    [
        ("MST", {"state": "AZ"}, (PHOENIX,)),
        ("Mountain Standard Time", {"state": "AZ"}, (PHOENIX,)),
        ("Mountain Time (US & Canada)", {"state": "AZ"}, (DENVER, PHOENIX)),
        ("mdt", {"state": "AZ"}, (DENVER,)),
        ("MST", {"zip_code": "86515"}, (DENVER,)),  # Window Rock, of the Navajo Nation
        ("MST", {"phone": "+16025550123"}, (PHOENIX,)),
        ("MST", {"state": "CO"}, (DENVER,)),
        ("EST", {"state": "MI"}, (NEW_YORK,)),
        ("EST", {"state": "QC"}, ("America/Toronto",)),
        ("CST", {"state": "SK"}, ("America/Regina",)),
        ("PST", {"phone": "+12125550123"}, (LOS_ANGELES,)),
    ],
)
def test_a_word_chooses_among_the_zones_of_the_place(word: str, place: dict[str, str], names: tuple[str, ...]) -> None:
    assert contact_zones.derive(timezone=word, **place) == contact_zones.Zones(names, "timezone")


@pytest.mark.parametrize("place", [{"state": "HI"}, {"zip_code": "96720"}])
def test_where_a_word_contradicts_the_place_both_count(place: dict[str, str]) -> None:
    for phone in ("", "+12125550123"):
        assert contact_zones.derive(timezone="EST", phone=phone, **place).names == (NEW_YORK, HONOLULU)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("15213", "15213"),
        ("10001-1234", "10001"),
        ("10001 1234", "10001"),
        ("10001\u20131234", "10001"),
        ("10001 - 1234", "10001"),
        ("100011234", "10001"),
        ("15213-", "15213"),
        (" 15213 ", "15213"),
        ("2139", "02139"),
        ("2139-4307", "02139"),
        ("21394307", "02139"),
        ("6011234", "00601"),
        ("501", "00501"),
        ("2139.0", "02139"),
        ("15,213", "15213"),
        ("2,139", "02139"),
        ("'02139", "02139"),
        ("99999", "99999"),  # unknown to us: it may be new
        ("152", ""),
        ("0000", ""),
        ("00000", ""),
        ("15213-12", ""),
        ("150213", ""),
        ("K1A 0B6", ""),
        ("\u0661\u0665\u0662\u0661\u0663", ""),
        ("", ""),
        ("1" * 100_000, ""),
    ],
)
def test_a_zip_as_spreadsheets_leave_it_has_five_digits(typed: str, digits: str) -> None:
    assert contact_zones.five_digits(typed) == digits


@pytest.mark.parametrize("digits", ["09508", "34050", "96515", "96898", "00000"])
def test_a_zip_of_no_certain_place_has_no_zone(digits: str) -> None:
    assert contact_zones.zone_of_zip(digits) is None


def test_the_version_of_the_tables_is_the_same_each_time() -> None:
    assert contact_zones.version() == contact_zones.version() and len(contact_zones.version()) == 32
