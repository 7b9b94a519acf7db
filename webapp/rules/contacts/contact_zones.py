"""The time zones a contact may be in, by what a list says of them (SPEC S1).

By the timezone column, else the ZIP, else the state or province, else the area code. Evidence that allows several zones
gives them all: a text must be in hours in each. The data is in `zone_tables`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from webapp.rules import late, window
from webapp.rules.contacts import states
from webapp.rules.zones import zone_names, zone_tables

if TYPE_CHECKING:
    import zip2info
    import zipcodes
else:
    zip2info, zipcodes = late.module("zip2info"), late.module("zipcodes")

Source = Literal["timezone", "zip", "state", "area_code", ""]

_LONGEST = 64  # characters of a cell that are looked at
_SOURCES_OF_DATA = ("zip2info", "zipcodes", "phonenumbers")


@dataclass(frozen=True)
class Zones:
    """``names``: IANA names, sorted; empty where nothing is known. ``source``: what they were derived from."""

    names: tuple[str, ...] = ()
    source: Source = ""


def derive(timezone: str = "", zip_code: str = "", state: str = "", phone: str = "") -> Zones:
    """Takes values as lists have them. An IANA name stands alone. A word ("MST") only chooses among what the ZIP, state or
    area code allow; where it contradicts the ZIP or the state, a text must be in hours by both."""
    code = phone[2:5] if phone.startswith("+1") else ""
    return _derived(timezone.strip()[: _LONGEST + 1], zip_code[:_LONGEST], state[:_LONGEST], code)


@lru_cache(maxsize=10_000)
def _derived(timezone: str, zip_code: str, state: str, area_code: str) -> Zones:
    if name := _by_name(timezone):
        return Zones((name,), "timezone")
    place = _by_place(zip_code, state)
    code = zone_tables.of_area_codes().get(area_code, ())
    if meanings := _by_word(timezone):
        return Zones(_narrowed(meanings, place.names, code), "timezone")
    if place.names:
        return place
    return Zones(code, "area_code") if code else Zones()


def knows_zone(timezone: str) -> bool:
    """True for a zone's IANA name, and for a word that means one: EST, Eastern Time (US & Canada)."""
    return bool(_by_name(timezone) or _by_word(timezone))


def zone_of_zip(zip_code: str) -> str | None:
    """Takes ZIPs as lists have them; see `five_digits`."""
    digits = five_digits(zip_code)
    return (zone_tables.of_zip(digits) or None) if digits else None


_ZIP = re.compile(r"(?:([0-9]{5})|([0-9]{3,4}))(?:\.0{1,6})?(?:[ -]{0,3}[0-9]{4}|[ -]{1,3})?")


def five_digits(zip_code: str) -> str:
    """02139 for "2139", "02139-4307", "02139 4307", "021394307", "2139.0", "02139-" or "2,139": spreadsheets drop leading
    zeros and add commas. "" for what is no ZIP; three and four digits must be a ZIP that exists."""
    return _five_digits(zip_code[:_LONGEST])


@lru_cache(maxsize=10_000)
def _five_digits(zip_code: str) -> str:
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", zip_code))
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain.strip().strip("'\u2019\"").strip())
    match = _ZIP.fullmatch(text)
    if match is None:
        return ""
    digits = match[1] or match[2].zfill(5)
    exists = zip2info.timezone(digits) is not None
    return digits if exists or (match[1] and not digits.startswith("000")) else ""


def place_of_zip(zip_code: str) -> str:
    """Erie, PA for 16502; "" for an unknown ZIP."""
    digits = five_digits(zip_code)
    return _place(digits) if digits else ""


def state_of_zip(zip_code: str) -> str:
    """PA for 16502; "" for an unknown ZIP."""
    return _states_of_zips().get(five_digits(zip_code), "")


@lru_cache(maxsize=1)
def _states_of_zips() -> dict[str, str]:
    return {row["zip_code"]: row["state"] for row in zipcodes.list_all()}


@lru_cache(maxsize=1)
def version() -> str:
    """Another one for each change of this file, its tables or its data. Stored contacts are then derived anew."""
    read = b"".join(Path(str(module.__file__)).read_bytes() for module in (zone_tables, zone_names, states))
    data = " ".join(metadata.version(name) for name in _SOURCES_OF_DATA)
    return hashlib.sha256(Path(__file__).read_bytes() + read + data.encode()).hexdigest()[:32]


def _by_place(zip_code: str, state: str) -> Zones:
    if name := zone_of_zip(zip_code):
        return Zones((name,), "zip")
    names = zone_tables.of_states().get(states.abbreviation(state[:_LONGEST]), ())
    return Zones(names, "state") if names else Zones()


def _by_name(timezone: str) -> str:
    """The IANA name as it is spelled, for any case and with blanks for underscores. Etc/GMT+5 and UTC are no place."""
    text = timezone.strip()
    if "/" not in text or len(text) > _LONGEST:
        return ""
    name = _iana().get(text.replace(" ", "_").casefold(), "")
    return name if window.usable(name) else ""


@lru_cache(maxsize=1)
def _iana() -> dict[str, str]:
    names = (resources.files("tzdata") / "zones").read_text().split()
    return {name.casefold(): name for name in names if "/" in name and not name.startswith("Etc/")}


_HALF_OF_YEAR = re.compile(r"\b(?:standard|daylight|savings?)\b")
_PASSED_OVER = re.compile(r"\b(?:zone|us|usa|canada|and|gmt|utc|the)\b")


def _by_word(timezone: str) -> tuple[zone_tables.Names, ...]:
    """The zones that a word may mean (`zone_tables`); nothing for an unknown word. Reads "(GMT-05:00) Eastern Time (US & Canada)", the
    names Windows has ("US Mountain Standard Time" is Arizona) and letters with points."""
    if not timezone:
        return ()
    plain = unicodedata.normalize("NFKC", timezone[:_LONGEST]).casefold().replace(".", "")
    text = re.sub(r"\btime\b", "", " ".join(re.findall(r"[a-z]+(?:\d[a-z]+)?", plain)))
    local = _PASSED_OVER.sub("", text)
    forms = (
        text,
        _HALF_OF_YEAR.sub("", text) if re.match(r"(us|canada) ", text) else "",
        local,
        _HALF_OF_YEAR.sub("", local),
    )
    words = zone_tables.words()
    return next((words[form] for form in map(_one_blank, forms) if form in words), ())


def _one_blank(text: str) -> str:
    return " ".join(text.split())


def _narrowed(
    meanings: tuple[zone_tables.Names, ...], place: zone_tables.Names, code: zone_tables.Names
) -> tuple[str, ...]:
    """The word's meaning among the zones of the place, and only without a place among those of the area code. A word that
    contradicts the place opens where both are open."""
    for group in meanings[1:] or meanings:
        if both := set(group) & set(place or code):
            return tuple(sorted(both))
    return tuple(sorted({*meanings[0], *place}))


@lru_cache(maxsize=10_000)
def _place(digits: str) -> str:
    found = zipcodes.matching(digits)
    return f"{found[0]['city']}, {found[0]['state']}" if found else ""
