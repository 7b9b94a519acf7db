"""Decides whether a user is within an action's limits: by language, and by the places of their ZIP (SPEC A9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from webapp.rules import late
from webapp.rules.contacts import contact_zones, states

if TYPE_CHECKING:
    import zipcodes
else:
    zipcodes = late.module("zipcodes")

STATE, COUNTY, DISTRICT = "state", "county", "district"
KINDS = (STATE, COUNTY, DISTRICT)
Find = Callable[[str], str]  # what somebody typed -> the value, "" for what is none
Areas = frozenset[tuple[str, str]]  # kind and value: a state as "PA", a county as "Allegheny County, PA"


@dataclass(frozen=True)
class Limits:
    """``language``: "" for every one. ``areas``: empty for everywhere; being in one of them is enough."""

    language: str = ""
    areas: Areas = field(default_factory=frozenset)

    def allow(self, language: str, areas: Iterable[tuple[str, str]]) -> bool:
        """``areas``: all that the user's ZIP lies in."""
        return self.language in ("", language) and (not self.areas or not self.areas.isdisjoint(areas))


def areas_of(zip_code: str, districts: Iterable[str] = ()) -> Areas:
    """State and county of a ZIP, and these districts; none of a ZIP nobody knows."""
    state, county = _place(contact_zones.five_digits(zip_code))
    found = [(STATE, state), (COUNTY, county), *((DISTRICT, name) for name in districts)]
    return frozenset((kind, value) for kind, value in found if value)


def _place(digits: str) -> tuple[str, str]:
    return places().get(digits, ("", ""))


@lru_cache(maxsize=1)
def places() -> dict[str, tuple[str, str]]:
    """ZIP -> its state and its county, such as "Allegheny County, PA". Takes about a second, once in a process."""
    known: dict[str, tuple[str, str]] = {}
    for row in zipcodes.list_all():
        county = f"{row['county']}, {row['state']}" if row["county"] else ""
        known[row["zip_code"]] = (row["state"], county)
    return known


@lru_cache(maxsize=1)
def _counties() -> dict[str, str]:
    """Small letters -> the county as it is written."""
    return {county.lower(): county for _, county in places().values() if county}


def state(text: str) -> str:
    """PA for "pa" or "Pennsylvania"; "" for what is none."""
    found = states.abbreviation(text)
    return found if found in states.ABBREVIATIONS else ""


def county(text: str) -> str:
    """Allegheny County, PA for "allegheny, pa" or "Allegheny County, Pennsylvania"; "" for what is none."""
    name, _, where = text.rpartition(",")
    plain, place = " ".join(name.split()).lower(), state(where.strip())
    tries = (plain, f"{plain} county", f"{plain} parish", f"{plain} municipio", f"{plain} borough")
    return next((found for each in tries if (found := _counties().get(f"{each}, {place.lower()}"))), "")
