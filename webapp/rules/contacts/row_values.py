"""Values of a row as the contact's own form stores them. A value that can't be stored is left out, never changed (SPEC
C3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from webapp.rules.contacts import contact_zones, states

UNCALCULATED = "#UNCALCULATED!"  # stands for the value of a formula that no spreadsheet has calculated
TOGETHER = "city_state_zip"  # the field of a column such as "City, State ZIP"
_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}\.[^@\s.,;<>]{2,63}")
_CANADIAN = re.compile(r"[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d")
_COUNTRY = re.compile(r"(?<![ ,])[ ,]{1,9}(?:u\.?s\.?a?\.?|united states(?: of america)?|canada)\W*$", re.IGNORECASE)
_CODE_AT_END = re.compile(r"(?<=[ ,])(?:\d{5}(?:[ -]?\d{4})?|[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d)$")
_STATES = frozenset([*states.ABBREVIATIONS, "AA", "AE", "AP"])  # with the armed forces
_NOT_NAMED = """
unknown unkown unk na n/a n.a. none no null nil nan test testing tester test1 xxx xx x tbd anonymous anon blank missing resident
occupant homeowner owner tenant household voter contact name firstname customer friend user guest deceased undefined unavailable
withheld private
"""
_NO_NAMES = frozenset(_NOT_NAMED.split())
_NO_PERSON = re.compile(
    r"\W*(?:the )?(?:estate|family|household|parents?|guardians?) of\b|\W*(?:current|our|dear|to the|postal) (?:resident|occupant|neighbou?r|voter|homeowner)\b"
    r"|\W*(?:no|not|first|last|full) ?(?:first |last )?(?:name|provided|available|given)\b|\W*(?:the )?\w+ (?:family|household|estate)\W*$|[^^]*\b(?:trust|llc|inc)\b\.?\W*$",
    re.IGNORECASE,
)
# The last words of an organization's name; those of the second line are surnames too, and need two words before them
_ORGANIZATION = re.compile(
    r".+ (?:unions?|local(?: #?\d+)?|democrats|republicans|committee|association|assn|foundation|corp(?:oration)?|company|pllc|ltd"
    r"|services|restaurant|cafe|pizza|plumbing|construction|society|council|department|dept|hospital|clinic|university|ministries|synagogue"
    r"|mosque|coalition|chamber of commerce|associates|enterprises|agency|realty|properties|caucus|alliance|federation|campaign|pac"
    r"|(?:school|library|party|community) (?:district|board|committee|center)|for (?:congress|senate|mayor|governor|president|council))\W*"
    r"|(?:\S+ ){2,}(?:church|temple|school|college|bank|store|center|centre|club|group|market|salon|party|partners|library|sons)\W*",
    re.IGNORECASE,
)
_TITLES = frozenset(["dr", "mr", "mrs", "ms", "miss", "mx", "rev", "prof", "hon", "sr", "sra", "srta"])
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "dds", "rn", "cpa", "dvm", "jd"])


def kept_out(values: dict[str, str]) -> dict[str, str]:
    """Makes values as the contact's own form stores them. Returns those that can't be: field -> as written."""
    written = {name: value for name in ("state_abbrev", "zip", "timezone", "email") if (value := values.get(name, ""))}
    state = states.abbreviation(written.get("state_abbrev", "")[:60])
    values["state_abbrev"] = state if state in _STATES else ""
    values["zip"] = contact_zones.five_digits(written.get("zip", "")[:40])
    zone = written.get("timezone", "")[:64]
    values["timezone"] = zone if zone and contact_zones.knows_zone(zone) else ""
    values["email"] = _email(written["email"]) if "email" in written else ""
    left = {name: value[:80] for name, value in written.items() if not values[name]}
    if whole := values.pop(TOGETHER, ""):
        left[TOGETHER] = whole[:80]
    if _CANADIAN.fullmatch(left.get("zip", "").strip()):
        left["zip_canada"] = left.pop("zip")
    return left


def _email(text: str) -> str:
    """The address in "Lisa <lisa@example.net>", or the first of several; "" where there is none."""
    plain = text[:600].strip().removeprefix("mailto:")
    if _EMAIL.fullmatch(plain):
        return plain
    found = _EMAIL.search(plain) if "@" in plain else None
    return found[0] if found else ""


def split_name(values: dict[str, str], longest: Mapping[str, int]) -> None:
    """Fills blank first and last names from "Lisa Ng", "Ng, Lisa" or "Dr. Lisa Ng"."""
    whole = " ".join(values.pop("full_name", "").split())
    if not whole:
        return
    last, comma, first = (part.strip() for part in whole.partition(","))
    if not comma or first.replace(".", "").lower() in _SUFFIXES:
        first, last = _first_and_last(whole.replace(",", "") if comma else whole)
    values["first_name"] = values.get("first_name") or first[: longest["first_name"]]
    values["last_name"] = values.get("last_name") or last[: longest["last_name"]]


def _first_and_last(whole: str) -> tuple[str, str]:
    words = whole.split(" ")
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        words.pop(0)
    after = 3 if len(words) > 3 and words[1].lower() in ("&", "and", "y") else 1  # "Lisa & Bob Ng"
    return " ".join(words[:after]), " ".join(words[after:])


def split_place(values: dict[str, str]) -> None:
    """Fills a blank state and ZIP from "Erie, PA 16502". Values of columns of their own stay, and are completed only where
    both agree. A cell that can't be split for sure is left in ``values``, for `kept_out`."""
    whole = values.pop(TOGETHER, "")
    written = values.get("state_abbrev", ""), values.get("zip", "")
    if not whole or all(written):
        return
    found = _state_and_zip(whole[:200])
    if found is None and not any(written):
        values[TOGETHER] = whole
    elif found and written[0] and states.abbreviation(written[0][:60]) == found[0]:
        values["zip"] = found[1]
    elif found and written[1] and contact_zones.five_digits(written[1][:40]) == found[1]:
        values["state_abbrev"] = found[0]
    elif found and not any(written):
        values["state_abbrev"], values["zip"] = found


def _state_and_zip(whole: str) -> tuple[str, str] | None:
    """The state's two letters, and the ZIP or "", from the end of an address. A state's whole name counts only behind a
    comma: Washington and New York are cities too. Without comma and ZIP two letters must be capitals. A ZIP of another
    state makes both doubtful."""
    plain = _COUNTRY.sub("", " ".join(whole.split())).rstrip(" .,-")
    found = _CODE_AT_END.search(plain)
    code = found[0] if found else ""
    before = plain[: found.start()].rstrip(" .,-") if found else plain
    city, _, behind = before.rpartition(",")
    last = before.rpartition(" ")[2]
    state = states.abbreviation(behind) if city.strip(" ,") else ""
    if not state and len(last) == 2 and (code or last.isupper()):
        state = last.upper()
    home = contact_zones.state_of_zip(code)
    return (state, code) if state in _STATES and home in ("", state) else None


def is_no_name(first: str, last: str) -> bool:
    """Does the name look like no person's: UNKNOWN, Estate of John Smith, Teachers Union, <b>? It is stored as it is."""
    plain = first.strip()[:100]
    if not plain:
        return False
    whole = f"{plain} {last.strip()[:100]}".strip()
    if plain.casefold().strip(".*-? ") in _NO_NAMES | _TITLES or _NO_PERSON.match(whole):
        return True
    if _ORGANIZATION.fullmatch(whole):
        return True
    return not any(c.isalpha() for c in plain) or any(c in "<>{}[]@#=\\|0123456789" for c in plain)


def in_capitals(name: str) -> bool:
    """JOSÉ, but neither JB nor J."""
    return sum(c.isalpha() for c in name) > 2 and name == name.upper() != name.lower()
