"""The time zones a contact may be in, by what a list says of them (SPEC S1).

By the timezone column, else the ZIP, else the state if it has one zone, else every zone of the area code.
Data: zip2info (Census, GeoNames CC BY 4.0) for ZIPs, joined with zipcodes for states and area codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import zip2info
import zipcodes

from webapp.rules import window

Source = Literal["timezone", "zip", "state", "area_code", ""]

_WITHOUT_GEOGRAPHY = frozenset(  # area codes of no place: toll-free, personal, premium
    [
        "500",
        "521",
        "522",
        "523",
        "524",
        "525",
        "526",
        "527",
        "528",
        "529",
        "533",
        "544",
        "566",
        "577",
        "588",
        "600",
        "700",
        "710",
        "800",
        "833",
        "844",
        "855",
        "866",
        "877",
        "888",
        "900",
    ]
)
_COLLOQUIAL = {
    "eastern": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "central": "America/Chicago",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "mountain": "America/Denver",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "pacific": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "akst": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "hst": "Pacific/Honolulu",
    "arizona": "America/Phoenix",
    "atlantic": "America/Puerto_Rico",
}


@dataclass(frozen=True)
class Zones:
    """``names``: IANA names, sorted; empty where nothing is known. ``source``: what they were derived from."""

    names: tuple[str, ...] = ()
    source: Source = ""


def derive(timezone: str = "", zip_code: str = "", state: str = "", phone: str = "") -> Zones:
    """With several zones, a text must be in hours in all of them."""
    if name := _by_name(timezone):
        return Zones((name,), "timezone")
    if name := zone_of_zip(zip_code):
        return Zones((name,), "zip")
    if len(names := _tables()[0].get(state.strip().upper(), ())) == 1:
        return Zones(names, "state")
    code = phone[2:5] if phone.startswith("+1") else ""
    if code not in _WITHOUT_GEOGRAPHY and (names := _tables()[1].get(code, ())):
        return Zones(names, "area_code")
    return Zones()


def zone_of_zip(zip_code: str) -> str | None:
    """Takes ZIPs as lists have them; see `five_digits`."""
    digits = five_digits(zip_code)
    return zip2info.timezone(digits) if digits else None


def five_digits(zip_code: str) -> str:
    """02139 for "2139", "02139-4307" or "2139.0": spreadsheets drop leading zeros. "" for what is no ZIP."""
    match = re.fullmatch(r"(\d{3,5})(?:\.0+)?(?:-?\d{4})?", zip_code.strip())
    return match[1].zfill(5) if match else ""


def place_of_zip(zip_code: str) -> str:
    """Erie, PA for 16502; "" for an unknown ZIP."""
    digits = five_digits(zip_code)
    return _place(digits) if digits else ""


def _by_name(timezone: str) -> str | None:
    name = timezone.strip()
    if not name:
        return None
    if "/" in name and window.usable(name):
        return name
    return _COLLOQUIAL.get(re.sub(r"\W*(standard|daylight)?\W*(time)?\W*$", "", name.lower()))


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Zones by state and by area code, from all ZIPs."""
    states: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for row in _every_zip():
        if not (zone := zip2info.timezone(row["zip_code"]) or row["timezone"]):
            continue
        states.setdefault(row["state"], set()).add(zone)
        for code in row["area_codes"]:
            codes.setdefault(code, set()).add(zone)
    return {k: _by_clock(v) for k, v in states.items()}, {k: _by_clock(v) for k, v in codes.items()}


def _every_zip() -> Iterator[dict[str, Any]]:
    """In parts: a list of all would stay in memory."""
    for n in range(100):
        yield from zipcodes.similar_to(f"{n:02}")  # type: ignore[no-untyped-call]


# Zones with the same local time since 2007 -> the name used for them
_SAME_CLOCK = {
    "America/Detroit": "America/New_York",
    "America/Kentucky/Louisville": "America/New_York",
    "America/Kentucky/Monticello": "America/New_York",
    "America/Indiana/Indianapolis": "America/New_York",
    "America/Indiana/Vincennes": "America/New_York",
    "America/Indiana/Winamac": "America/New_York",
    "America/Indiana/Marengo": "America/New_York",
    "America/Indiana/Petersburg": "America/New_York",
    "America/Indiana/Vevay": "America/New_York",
    "America/Indiana/Tell_City": "America/Chicago",
    "America/Indiana/Knox": "America/Chicago",
    "America/Menominee": "America/Chicago",
    "America/North_Dakota/Center": "America/Chicago",
    "America/North_Dakota/New_Salem": "America/Chicago",
    "America/North_Dakota/Beulah": "America/Chicago",
    "America/Boise": "America/Denver",
    "America/Juneau": "America/Anchorage",
    "America/Sitka": "America/Anchorage",
    "America/Nome": "America/Anchorage",
    "America/Yakutat": "America/Anchorage",
}


def _by_clock(zones: set[str]) -> tuple[str, ...]:
    return tuple(sorted({_SAME_CLOCK.get(zone, zone) for zone in zones}))


@lru_cache(maxsize=10_000)
def _place(digits: str) -> str:
    found = zipcodes.matching(digits)  # type: ignore[no-untyped-call]
    return f"{found[0]['city']}, {found[0]['state']}" if found else ""
