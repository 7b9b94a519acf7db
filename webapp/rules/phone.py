"""Phone numbers: read from a cell or a field, written for people, and masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers

Reason = Literal["missing_phone", "invalid_phone", "unsupported_country", "not_textable"]

_FLOAT = re.compile(r"^\+?\d{10,15}\.0+$")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d{1,2}$")
_LABEL = re.compile(
    r"\s{0,2}[(\[]?\b(cell|cellular|mobile|mob|home|work|office|landline|phone|tel|text|sms|m|h|w|c)\b[)\]]?\.?\s{0,2}$",
    re.IGNORECASE,
)
_FORMULA = re.compile(r'^="([^"]*)"$')
_SEVERAL = re.compile(r"[|/&;\n]|\bor\b|\band\b|,\s", re.IGNORECASE)
# Phones in a text, however they are written: what stands between the digits may be encoded for an address or by repr()
_GAP = r"(?:[\s.\-‐-―−·•/()\[\]_+]|%(?:20|28|29|2[BDEbde])|\\xa0|\\u[0-9a-fA-F]{4})"
_IN_TEXT = re.compile(
    rf"\+(?:{_GAP}{{0,3}}\d){{8,15}}(?!\d)"
    rf"|(?:(?<!\d)|(?<=%[0-9A-F]{{2}}))(?:(?:00|011){_GAP}{{0,3}})?(?:1{_GAP}{{0,4}})?\d{{3}}{_GAP}{{0,4}}\d{{3}}{_GAP}{{0,4}}\d\d{_GAP}{{0,4}}\d\d(?!\d)"
)
# No person's mobile: numbers that are free or dear to call. A business may answer texts there, a voter never does
_NO_PERSONS = frozenset(["800", "833", "844", "855", "866", "877", "888", "900"])
_LONGEST = 64  # characters
_LOOKED_AT = 200  # characters of a cell, blanks in a row counted as one
_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Phone:
    e164: str

    @property
    def area_code(self) -> str:
        """Three digits for a number of country code +1, else nothing."""
        return self.e164[2:5] if self.e164.startswith("+1") else ""


@dataclass(frozen=True)
class InvalidPhone:
    reason: Reason


def parse(raw: str, region: str = "US") -> Phone | InvalidPhone:
    """Accepts valid numbers of every country. Two numbers in one cell, or lost digits (4.12E+09), are refused."""
    text = _cleaned(raw)
    if not text:
        return InvalidPhone("missing_phone")
    if len(text) > _LONGEST or _SCIENTIFIC.match(text) or _has_two(text) or _has_stray_letters(text):
        return InvalidPhone("invalid_phone")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return InvalidPhone("invalid_phone")
    if not phonenumbers.is_valid_number(number):
        return InvalidPhone("invalid_phone")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def textable(raw: str) -> Phone | InvalidPhone:
    """Accepts only numbers this system may text: country code +1, neither toll-free nor 900 numbers (SPEC C2)."""
    parsed = parse(raw)
    if isinstance(parsed, InvalidPhone):
        return parsed
    if not parsed.e164.startswith("+1"):
        return InvalidPhone("unsupported_country")
    return InvalidPhone("not_textable") if parsed.area_code in _NO_PERSONS else parsed


_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")


def is_textable(e164: str, first: bool) -> bool:
    """May a stored number get a text? Quick, for the safeguards: numbers of country code +1 by their shape alone. A
    ``first`` text goes to no other country and to no toll-free number, a reply to any valid number that is not 900."""
    if e164.startswith("+1"):
        barred = _NO_PERSONS if first else ("900",)
        return _NORTH_AMERICAN.fullmatch(e164) is not None and e164[2:5] not in barred
    return not first and isinstance(parse(e164), Phone)


def region(e164: str) -> str:
    """ "US", "CA" and so on; "" where the number has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:
        return ""


def national(e164: str) -> str:
    """412-555-0188 for +14125550188; other countries' numbers unchanged."""
    if e164.startswith("+1") and len(e164) == 12:
        return f"{e164[2:5]}-{e164[5:8]}-{e164[8:]}"
    return e164


def masked(e164: str) -> str:
    """•••-•••-••42: all but the last two digits hidden, for the audit log and for logs."""
    return "•••-•••-••" + e164[-2:]


def masked_in(text: str) -> str:
    """The text with every phone in it masked: numbers that begin with +, and ten digits as North America groups them, with
    or without a 1 before."""
    return _IN_TEXT.sub(lambda found: masked(found[0]), text)


def hidden_in(text: str, e164: str) -> str:
    """The text with this phone masked, however it is written in it (SPEC V9)."""
    digits = re.sub(r"\D", "", e164[:16].removeprefix("+1"))
    if not digits:
        return text
    return re.sub(r"\+?(?:1[\s.-]?)?\(?" + r"[\s.()-]{0,2}".join(digits), masked(e164), text)


def plain(raw: str) -> str:
    """Without invisible characters, a spreadsheet's formula (="412...") and the .0 of a number; in NFKC form."""
    visible = "".join(
        c
        for c in _BLANKS.sub(" ", raw.strip())[:_LOOKED_AT]
        if unicodedata.category(c) not in ("Cf", "Cc") or c == "\n"
    )
    text = unicodedata.normalize("NFKC", visible).strip()
    if formula := _FORMULA.match(text):
        text = formula[1].strip()
    return text.split(".")[0] if _FLOAT.match(text) else text


def _cleaned(raw: str) -> str:
    return _LABEL.sub("", plain(raw)).strip()


def _has_two(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    if digits >= 17 and not text.startswith("+"):
        return True
    return bool(_SEVERAL.search(text)) and digits >= 17


def _has_stray_letters(text: str) -> bool:
    """True for letters that are neither a label, an extension nor a vanity number's end: digits may be missing."""
    if not (letters := re.findall(r"[A-Za-z]+", text)):
        return False
    if re.match(r"(?i)^(tel:|phone:|\(m\))", text) or re.search(r"(?i)\d\s*(;ext=|ext|extension|x|#)\.?\s*\d+$", text):
        return False
    return not (len("".join(letters)) in range(4, 8) and text[-1].isalpha())
