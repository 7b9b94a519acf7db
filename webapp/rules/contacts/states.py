"""Names of states and provinces, and their two letters."""

from __future__ import annotations

import re
from functools import lru_cache

from webapp.rules import letters

_NAMES = """
AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia;
FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;
MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;
NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;
PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;
WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming;PR Puerto Rico;GU Guam;VI Virgin Islands;AS American Samoa;
MP Northern Mariana Islands;ON Ontario;QC Quebec;BC British Columbia;AB Alberta;MB Manitoba;SK Saskatchewan;
NS Nova Scotia;NB New Brunswick;NL Newfoundland and Labrador;PE Prince Edward Island;
YT Yukon;NT Northwest Territories;NU Nunavut;FM Micronesia;MH Marshall Islands;PW Palau
"""
# As newspapers and older lists shorten them, and other names for the same
_SHORT = """
AL Ala;AZ Ariz;AR Ark;CA Calif;CA Cal;CO Colo;CT Conn;DE Del;DC Washington DC;DC Wash DC;DC Dist of Columbia;FL Fla;IL Ill;IN Ind;
KS Kan;KS Kans;MA Mass;MI Mich;MN Minn;MS Miss;MT Mont;NE Neb;NE Nebr;NV Nev;NM N Mex;ND N Dak;ND No Dakota;NC N Carolina;
NC No Carolina;OK Okla;OR Ore;OR Oreg;PA Penn;PA Penna;SC S Carolina;SC So Carolina;SD S Dak;SD So Dakota;TN Tenn;TX Tex;VA Virg;
WA Wash;WA Washington State;WV W Va;WV W Virginia;WI Wis;WI Wisc;WY Wyo;NY New York State;NL Newfoundland;NL Newfoundland & Labrador;
NY Nueva York;NJ Nueva Jersey;NM Nuevo Mexico;NH Nueva Hampshire;NH Nuevo Hampshire;PA Pensilvania;NC Carolina del Norte;SC Carolina del Sur;
ND Dakota del Norte;SD Dakota del Sur;WV Virginia Occidental;WV Virginia del Oeste;MS Misisipi;MO Misuri;LA Luisiana;TX Tejas;DC Distrito de Columbia;
VI Islas Virgenes;ON Ont;QC Que;VI US Virgin Islands;VI U S Virgin Islands;VI Virgin Islands US;MP Northern Marianas;YT Yukon Territory;PE PEI
"""


def _by_name(rows: str) -> dict[str, str]:
    return {letters.folded(row.strip()[3:]): row.strip()[:2] for row in rows.split(";") if row.strip()}


NAMES, SHORT = _by_name(_NAMES), _by_name(_SHORT)
_BY_NAME = NAMES | SHORT
ABBREVIATIONS = tuple(sorted(set(_BY_NAME.values())))
_BOTH = re.compile(
    r"([A-Za-z]{2})\s{0,3}[-–—:(/]\s{0,3}([^()]{3,40})\)?|([^()]{3,40}?)\s{0,3}[-–—:(/]\s{0,3}([A-Za-z]{2})\)?"
)  # PA (Pennsylvania)
_OF_ISO = re.compile(r"(?:US|CA)-([A-Z]{2})")  # US-PA, CA-ON


@lru_cache(maxsize=2_000)
def abbreviation(text: str) -> str:
    """PA for "pa", "P.A.", "Penn." or "Pennsylvania"; "" for an unknown name. Any two letters are taken as they are."""
    if iso := _OF_ISO.fullmatch(text.strip()):
        return iso[1] if iso[1] in ABBREVIATIONS else ""
    if both := _BOTH.fullmatch(text.strip()[:60]):
        code, name = (both[1] or both[4]).upper(), both[2] or both[3]
        return code if _BY_NAME.get(letters.folded(" ".join(name.split()))) == code else ""
    closed, plain = (" ".join(text.replace(".", by).replace(",", " ").split()) for by in ("", " "))
    if len(letters_only := closed.replace(" ", "") if "." in text else closed) == 2:
        plain = letters_only  # P.A., P. A.
    if len(plain) == 2 and plain.isascii() and plain.isalpha():
        return plain.upper()
    return _BY_NAME.get(letters.folded(plain)) or _BY_NAME.get(letters.folded(closed), "")
