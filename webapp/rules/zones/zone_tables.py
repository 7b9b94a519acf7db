"""Which time zones people live in, by ZIP, state, area code and word (SPEC S1).

Data: zip2info (Census, GeoNames CC BY 4.0) for ZIPs; zipcodes for the state and the area codes of a ZIP; phonenumbers for
area codes of every country of code +1. Provinces and words are written here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from webapp.rules import late
from webapp.rules.zones import zone_names

if TYPE_CHECKING:
    import zip2info
    import zipcodes
    from phonenumbers import tzdata
else:
    zip2info, zipcodes, tzdata = late.module("zip2info"), late.module("zipcodes"), late.module("phonenumbers.tzdata")

Names = tuple[str, ...]  # IANA names, sorted

# ZIPs of military post, whose readers live anywhere; the zone a data set has for them is a guess
_MILITARY = ("09", "340", "962", "963", "964", "965", "966")
_WITHOUT_PEOPLE = frozenset(["96898"])  # Wake Island

# Provinces: every clock people live by. A place whose clock always agrees with one of these is left out: Creston and Dawson
# Creek (BC), Atikokan (ON), Blanc-Sablon (QC), Coral Harbour (NU).
_PROVINCES: dict[str, Names] = {
    "AB": ("America/Edmonton",),
    "BC": ("America/Edmonton", "America/Vancouver"),
    "MB": ("America/Winnipeg",),
    "NB": ("America/Moncton",),
    "NL": ("America/Goose_Bay", "America/St_Johns"),
    "NS": ("America/Halifax",),
    "NT": ("America/Edmonton",),
    "NU": ("America/Cambridge_Bay", "America/Iqaluit", "America/Rankin_Inlet"),
    "ON": ("America/Toronto", "America/Winnipeg"),
    "PE": ("America/Halifax",),
    "QC": ("America/Halifax", "America/Toronto"),
    "SK": ("America/Edmonton", "America/Regina"),
    "YT": ("America/Whitehorse",),
    "FM": ("Pacific/Kosrae", "Pacific/Pohnpei", "Pacific/Chuuk"),
}
# Area codes of provinces with several clocks. phonenumbers knows the first of each group well, and little of its overlays.
_CODES_OF_PROVINCES = {
    "236 250 257 672 778": ("BC",),
    "807": ("ON",),
    "367 418 581": ("QC",),
    "306 474 639": ("SK",),
    "709 879": ("NL",),
    "867": ("NT", "NU", "YT"),
}

# Zones of the United States with the same time since 2019 -> the name used for them
_SAME_CLOCK = dict.fromkeys(
    (
        "America/Detroit",
        "America/Kentucky/Louisville",
        "America/Kentucky/Monticello",
        *(
            f"America/Indiana/{place}"
            for place in ("Indianapolis", "Marengo", "Petersburg", "Vevay", "Vincennes", "Winamac")
        ),
    ),
    "America/New_York",
)
_SAME_CLOCK |= dict.fromkeys(
    (
        "America/Indiana/Knox",
        "America/Indiana/Tell_City",
        "America/Menominee",
        *(f"America/North_Dakota/{place}" for place in ("Beulah", "Center", "New_Salem")),
    ),
    "America/Chicago",
)
_SAME_CLOCK |= dict.fromkeys(
    (f"America/{place}" for place in ("Juneau", "Metlakatla", "Nome", "Sitka", "Yakutat")), "America/Anchorage"
)
_SAME_CLOCK["America/Boise"] = "America/Denver"

# People's word for their clock -> the zones it means where nothing else is known, then groups of zones it may mean: the first
# group that has a zone of the contact's ZIP, state or area code decides. "MST" is the clock that never changes where there
# is one (Arizona), else mountain time.
_EASTERN = ("America/New_York", "America/Toronto", "America/Iqaluit")
_CENTRAL = ("America/Chicago", "America/Winnipeg", "America/Regina", "America/Rankin_Inlet")
_MOUNTAIN = ("America/Denver", "America/Edmonton", "America/Cambridge_Bay")
_PACIFIC = ("America/Los_Angeles", "America/Vancouver", "America/Whitehorse")
_ATLANTIC = ("America/Halifax", "America/Moncton", "America/Goose_Bay", "America/Puerto_Rico", "America/St_Thomas")
_ARIZONA, _ADAK, _HAWAII = ("America/Phoenix",), ("America/Adak",), ("Pacific/Honolulu",)
_WORDS: dict[str, tuple[Names, ...]] = {
    "eastern,est,edt,et,est5edt,us eastern": (("America/New_York",), _EASTERN),
    "central,cst,cdt,ct,cst6cdt": (("America/Chicago",), _CENTRAL),
    "mountain,mt,mst7mdt": (("America/Denver",), _MOUNTAIN + _ARIZONA),
    "mdt,mountain daylight": (("America/Denver",), _MOUNTAIN),
    "mst,mountain standard": (("America/Denver", *_ARIZONA), _ARIZONA, _MOUNTAIN),
    "pacific,pst,pdt,pt,pst8pdt": (("America/Los_Angeles",), _PACIFIC),
    "alaska,alaskan,akst,akdt,akt": (("America/Anchorage",),),
    "hawaii,hawaiian,hst": (_HAWAII,),
    "hawaii aleutian,aleutian,hdt,hadt,hast": (_ADAK + _HAWAII, _ADAK, _HAWAII),
    "arizona,us mountain,mountain arizona": (_ARIZONA,),
    "indiana,indiana east": (("America/New_York",),),
    "atlantic,ast,adt,at": (("America/Halifax", "America/Puerto_Rico"), _ATLANTIC),
    "newfoundland,nst,ndt,nt": (("America/St_Johns",),),
    "saskatchewan,canada central": (("America/Regina",),),
    "puerto rico": (("America/Puerto_Rico",),),
    "guam,chamorro,chst": (("Pacific/Guam",), ("Pacific/Guam", "Pacific/Saipan")),
    "samoa,american samoa,sst": (("Pacific/Pago_Pago",),),
}


@lru_cache(maxsize=1)
def words() -> dict[str, tuple[Names, ...]]:
    return {word: groups for several, groups in _WORDS.items() for word in several.split(",")}


def of_zip(digits: str) -> str:
    """The zone of a ZIP of five digits; "" for an unknown one, military post and places without people."""
    if digits.startswith(_MILITARY) or digits in _WITHOUT_PEOPLE:
        return ""
    zone = zip2info.timezone(digits)
    return _SAME_CLOCK.get(zone, zone) if zone else ""


@lru_cache(maxsize=1)
def of_states() -> dict[str, Names]:
    """State, territory or province -> the zones people live in there."""
    return zone_names.by_key(zone_names.STATES)


@lru_cache(maxsize=1)
def of_area_codes() -> dict[str, Names]:
    """Area code -> the zones it touches. A code without geography (toll-free, 500, 900) is not in it."""
    return zone_names.by_key(zone_names.AREA_CODES)


def made() -> tuple[dict[str, Names], dict[str, Names]]:
    """By state and by area code, of the data: what zone_names.py holds. Takes about a second."""
    states: dict[str, set[str]] = {}
    at_home: dict[str, Counter[str]] = {}
    codes: dict[tuple[str, str], set[str]] = {}
    for row in _every_zip():
        if not (zone := of_zip(row["zip_code"])):
            continue
        states.setdefault(row["state"], set()).add(zone)
        for code in row["area_codes"]:
            at_home.setdefault(code, Counter())[row["state"]] += 1
            codes.setdefault((code, row["state"]), set()).add(zone)
    homes = {code: states_of_it.most_common(1)[0][0] for code, states_of_it in at_home.items()}
    provinces = {province: _sorted(zones) for province, zones in _PROVINCES.items()}
    by_state = {state: _sorted(zones) for state, zones in states.items()} | provinces
    return by_state, _area_codes({code: codes[code, home] for code, home in homes.items()})


def _area_codes(american: dict[str, set[str]]) -> dict[str, Names]:
    """``american``: by the ZIPs of each code's home, the state with most of its ZIPs; a ZIP lists codes of its neighbours too,
    Canadian ones among them, which phonenumbers knows better."""
    found = _by_phonenumbers()
    zones_of_zips = {zone for zones in american.values() for zone in zones}
    for code, zones in american.items():
        if found.get(code, zones) & zones_of_zips:
            found.setdefault(code, set()).update(zones)
    for codes, provinces in _CODES_OF_PROVINCES.items():
        for code in codes.split():
            found[code] |= {zone for province in provinces for zone in _PROVINCES[province]}
    return {code: _sorted(several) for code, several in found.items()}


def _by_phonenumbers() -> dict[str, set[str]]:
    """Its prefixes have four digits or more: the area code, and exchanges within it that keep another time."""
    found: dict[str, set[str]] = {}
    for prefix, zones in tzdata.TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:
            found.setdefault(prefix[1:4], set()).update(_SAME_CLOCK.get(zone, zone) for zone in zones)
    return found


def _every_zip() -> Iterator[dict[str, Any]]:
    """In parts: a list of all would stay in memory."""
    for n in range(100):
        yield from zipcodes.similar_to(f"{n:02}")


def _sorted(zones: Iterable[str]) -> Names:
    return tuple(sorted(set(zones)))
