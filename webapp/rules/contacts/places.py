"""The ZIPs of a place that somebody typed (SPEC B5)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from webapp.rules import late, names
from webapp.rules.contacts import contact_zones, states

if TYPE_CHECKING:
    import zipcodes
else:
    zipcodes = late.module("zipcodes")


_LONG = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


@dataclass(frozen=True)
class Place:
    """People whose state has this abbreviation, or whose ZIP is one of these, of five digits."""

    state: str = ""
    zips: tuple[str, ...] = ()


def read(typed: str) -> Place | None:
    """A ZIP, a state, a city, or both as in "Erie, PA"; "New York" is the state and the city. None for what is no place that
    we know."""
    text = typed.strip()[:80]
    if zip_code := contact_zones.five_digits(text):
        return Place(zips=(zip_code,))
    city, _, of = text.rpartition(",")
    if city and (state := _state(of)):
        zips = tuple(digits for digits in _zips(city) if contact_zones.state_of_zip(digits) == state)
        return Place(zips=zips) if zips else None
    state = _state(text)
    zips = (*_zips(text), *_tables()[1].get(state, ()))
    return Place(state, zips) if state or zips else None


def _state(text: str) -> str:
    found = states.abbreviation(text)
    return found if found in states.ABBREVIATIONS else ""


def _zips(city: str) -> tuple[str, ...]:
    return _tables()[0].get(_key(city), ())


def _key(city: str) -> str:
    """Saint Louis and St. Louis are one, and so are Coeur d'Alene and Coeur D Alene."""
    return "".join(_LONG.get(word, word) for word in names.key(city.replace(".", " ").replace("'", " ")).split())


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The ZIPs of some 20,000 cities by their key, and of the states. The first call reads a file, so make it in a thread of
    its own."""
    cities, of_states = defaultdict(list), defaultdict(list)
    for row in zipcodes.list_all():
        cities[_key(row["city"])].append(row["zip_code"])
        of_states[row["state"]].append(row["zip_code"])
    return _frozen(cities), _frozen(of_states)


def _frozen(found: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(zips) for name, zips in found.items()}
