"""Nobody is texted outside the window of any place the evidence allows (SPEC S1). Judged by other sources than the tables of
the product: zip2info's and zipcodes' rows, phonenumbers' prefixes, and the zone.tab of the time zone database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
import zip2info
import zipcodes
from phonenumbers.tzdata import TIMEZONE_DATA

from webapp.rules import window
from webapp.rules.contacts import contact_zones

pytestmark = pytest.mark.xdist_group("populated-places")  # one worker reads them
START, END = time(9), time(21)
DAYS = [datetime(2027, month, 15, 0, 30, tzinfo=UTC) for month in range(1, 13)]
INSTANTS = [day + timedelta(hours=n) for day in DAYS for n in range(24)]
WORDS = [
    "EST",
    "EDT",
    "Eastern",
    "CST",
    "Central Time (US & Canada)",
    "MST",
    "mountain",
    "PST",
    "Pacific",
    "AKST",
    "HST",
]
UNINHABITED = {"96898"}  # Wake Island
PROVINCES = {
    "Manitoba": "MB",
    "New Brunswick": "NB",
    "Newfoundland": "NL",
    "Labrador": "NL",
    "Yukon": "YT",
    "Coral H": "NU",
}


@cache
def texted_out_of_hours(derived: tuple[str, ...], there: str) -> bool:
    """True where the window is open by ``derived`` at an instant that is out of hours in the zone ``there``."""
    zone = ZoneInfo(there)
    return any(
        window.allows(now, START, END, derived) for now in INSTANTS if not START <= now.astimezone(zone).time() < END
    )


@pytest.fixture(scope="module")
def places() -> list[tuple[str, str, list[str], str]]:
    """Every ZIP where people live at a known place: ZIP, state, area codes, zone."""
    found = []
    for n in range(100):
        for row in zipcodes.similar_to(f"{n:02}"):
            zone = zip2info.timezone(row["zip_code"])
            if zone and row["zip_code_type"] != "MILITARY" and row["zip_code"] not in UNINHABITED:
                found.append((row["zip_code"], row["state"], row["area_codes"], zone))
    assert len(found) > 41_000
    return found


def test_the_check_itself_finds_a_text_out_of_hours() -> None:
    assert texted_out_of_hours(("America/Los_Angeles",), "America/New_York")
    assert texted_out_of_hours(("America/Phoenix",), "America/Denver")
    assert not texted_out_of_hours(("America/New_York", "America/Los_Angeles"), "America/Denver")


def test_by_the_zip(places: list[tuple[str, str, list[str], str]]) -> None:
    wrong = [z for z, _, _, zone in places if texted_out_of_hours(contact_zones.derive(zip_code=z).names, zone)]
    assert wrong == []


@pytest.mark.parametrize("phone", ["", "+12125550123", "+13125550123", "+14155550123", "+18085550123"])
def test_by_the_zip_whatever_the_zone_word_and_the_number(
    places: list[tuple[str, str, list[str], str]], phone: str
) -> None:
    one_of_each = {zone: zip_code for zip_code, _, _, zone in places}
    assert len(one_of_each) > 20
    wrong = [
        (word, zone)
        for word in WORDS
        for zone, zip_code in one_of_each.items()
        if texted_out_of_hours(contact_zones.derive(word, zip_code, "", phone).names, zone)
    ]
    assert wrong == []


def test_by_the_state_whatever_the_number(places: list[tuple[str, str, list[str], str]]) -> None:
    pairs = {(state, zone) for _, state, _, zone in places}
    assert len({state for state, _ in pairs}) > 55
    of = {state: contact_zones.derive(state=state, phone="+14155550123").names for state, _ in pairs}
    assert [pair for pair in sorted(pairs) if texted_out_of_hours(of[pair[0]], pair[1])] == []


def test_by_the_province_whatever_the_number() -> None:
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    pairs = set(_provinces(table))
    assert len(pairs) > 25 and {"QC", "NL", "BC", "SK", "NU"} <= {province for province, _ in pairs}
    of = {province: contact_zones.derive(state=province, phone="+18085550123") for province, _ in pairs}
    assert {zones.source for zones in of.values()} == {"state"}
    assert [pair for pair in sorted(pairs) if texted_out_of_hours(of[pair[0]].names, pair[1])] == []


def _provinces(table: str) -> Iterator[tuple[str, str]]:
    """Province and zone, of lines like "CA +4339-07923 America/Toronto Eastern - ON & QC (most areas)"."""
    for line in table.splitlines():
        if line.startswith("CA\t"):
            _, _, zone, comment = line.split("\t")
            for short in re.findall(r"\b(?:AB|BC|NT|NS|NU|ON|PE|QC|SK)\b", comment):
                yield short, zone
            for name, short in PROVINCES.items():
                if name in comment:
                    yield short, zone


def test_by_every_prefix_that_phonenumbers_knows() -> None:
    known = {prefix: zones for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith("1") and len(prefix) >= 4}
    assert len({prefix[1:4] for prefix in known}) > 400
    of = {prefix: contact_zones.derive(phone="+" + (prefix + "5550123")[:11]).names for prefix in known}
    pairs = [(prefix, zone) for prefix, zones in known.items() for zone in zones]
    assert [pair for pair in pairs if texted_out_of_hours(of[pair[0]], pair[1])] == []


def test_by_the_area_code_of_the_place_it_belongs_to(places: list[tuple[str, str, list[str], str]]) -> None:
    """A ZIP lists codes of its neighbours as well: only ZIPs with a single code say where that one is."""
    alone = {(codes[0], zone) for _, _, codes, zone in places if len(codes) == 1}
    assert len({code for code, _ in alone}) > 100
    of = {code: contact_zones.derive(phone=f"+1{code}5550123").names for code, _ in alone}
    assert [pair for pair in sorted(alone) if texted_out_of_hours(of[pair[0]], pair[1])] == []


def test_nothing_known_is_closed() -> None:
    assert not any(window.allows(now, START, END, contact_zones.derive(phone="+18005550123").names) for now in INSTANTS)
