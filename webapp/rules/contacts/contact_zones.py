"""On whose clocks a contact may be: from what a list says of them (SPEC S1).

By the timezone column, else ZIP, else state where it has one zone, else area code with every zone it touches.
Data: zip2info (Census, GeoNames CC BY 4.0) for ZIPs, joined with zipcodes for states and area codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import zip2info
import zipcodes

from webapp.rules import window

Source = Literal["timezone", "zip", "state", "area_code", ""]

_WITHOUT_GEOGRAPHY = frozenset(
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
    """IANA names, sorted, and what they were read from. No names: nothing is known."""

    names: tuple[str, ...] = ()
    source: Source = ""


def derive(timezone: str = "", zip_code: str = "", state: str = "", phone: str = "") -> Zones:
    """The zones a contact may be in. Several: a text must be in hours in all of them."""
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
    """The zone of a ZIP as lists have it: ZIP+4, or shortened by a spreadsheet that dropped the leading zero."""
    digits = five_digits(zip_code)
    return zip2info.timezone(digits) if digits else None


def five_digits(zip_code: str) -> str:
    """02139 for "2139", "02139-4307" or "2139.0"; nothing where it is no ZIP."""
    match = re.fullmatch(r"(\d{3,5})(?:\.0+)?(?:-?\d{4})?", zip_code.strip())
    return match[1].zfill(5) if match else ""


def place_of_zip(zip_code: str) -> str:
    """Erie, PA for 16502; nothing where the ZIP is not known."""
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
    """Zones by state and zones by area code, from every ZIP that names them."""
    states: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for row in (row for n in range(100) for row in zipcodes.similar_to(f"{n:02}")):  # all at once would stay in memory
        if not (zone := zip2info.timezone(row["zip_code"]) or row["timezone"]):
            continue
        states.setdefault(row["state"], set()).add(zone)
        for code in row["area_codes"]:
            codes.setdefault(code, set()).add(zone)
    return {k: _by_clock(v) for k, v in states.items()}, {k: _by_clock(v) for k, v in codes.items()}


# Zones that have kept the same clock since 2007; one name stands for them.
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
    found = zipcodes.matching(digits)
    return f"{found[0]['city']}, {found[0]['state']}" if found else ""
