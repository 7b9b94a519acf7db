"""Names of states and provinces, and their two letters."""

from __future__ import annotations

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
_BY_NAME = {row.strip()[3:].lower(): row.strip()[:2] for row in _NAMES.split(";") if row.strip()}
ABBREVIATIONS = tuple(sorted(_BY_NAME.values()))


def abbreviation(text: str) -> str:
    """PA for "pa", "P.A." or "Pennsylvania"; "" for an unknown name. Any two letters are taken as they are."""
    plain = text.strip().replace(".", "")
    if len(plain) == 2 and plain.isascii() and plain.isalpha():
        return plain.upper()
    return _BY_NAME.get(plain.lower(), "")
