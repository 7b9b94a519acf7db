"""Phone numbers: read from a cell or a field, written for people, and masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from webapp.rules import late

if TYPE_CHECKING:
    import phonenumbers
else:
    phonenumbers = late.module("phonenumbers")

Reason = Literal["missing_phone", "invalid_phone", "unsupported_country", "not_textable"]

_FLOAT = re.compile(r"^\+?\d{10,15}\.0+$")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d{1,2}$")
_EXACT = re.compile(r"^\d\.(\d{9,14})[eE]\+?(\d{1,2})$")  # 8.145550102E9 has lost nothing
_THOUSANDS = re.compile(r"^\d{1,2}(,\d{3}){3}(\.0+)?$")  # a spreadsheet's format for large numbers
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
# Area codes of which every number is valid, whatever follows (tests/rules/test_ordinary_phones.py asks phonenumbers)
_CODES = """
201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 226 227 228 229 231 234 235
236 239 240 248 249 250 251 252 253 254 256 257 260 262 263 267 269 270 272 273 274 276 279 281 283 289
301 302 303 304 305 306 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332
334 336 337 339 341 343 346 347 350 351 352 353 354 360 361 363 364 365 367 368 369 380 382 385 386
401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419 423 424 425 428 430 431 432 434 435 437 438
440 442 443 445 447 448 450 458 463 464 468 469 470 472 474 475 478 479 480 484
501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 530 531 534 539 540 541 548 551 557 559
561 562 563 564 567 570 571 572 573 574 575 579 580 581 582 584 585 586 587
601 602 603 604 605 606 607 608 609 610 612 613 614 615 616 617 618 619 620 623 626 628 629 630 631 636 639 640 641
645 646 647 650 651 656 657 659 660 661 662 667 669 672 678 680 681 682 683 686 689
701 702 703 704 705 706 707 708 709 712 713 714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 734 737 738
740 742 743 747 748 753 754 757 760 762 763 765 769 770 771 772 773 774 775 778 779 780 781 782 785 786 787
801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 826 828 830 831 832 835 838 839
840 843 845 847 848 849 850 854 856 857 858 859 860 862 863 864 865 867 870 872 873 878 879
901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934 936 937 938 939
940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 984 985 986 989
"""
WHOLE_CODES = frozenset(_CODES.split())
_ORDINARY = re.compile(r" *(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4}) *", re.ASCII)
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
    e164 = ordinary(raw) if region == "US" else ""
    return Phone(e164) if e164 else read_any(raw, region)


def ordinary(raw: str) -> str:
    """The number of a cell that holds one as North America writes it and nothing else, of an area code without
    exceptions; "" for every other cell. It says what `parse` would, some twenty times as fast."""
    found = _ORDINARY.fullmatch(raw)
    return "+1" + found[1] + found[2] + found[3] if found and found[1] in WHOLE_CODES else ""


def read_any(raw: str, region: str = "US") -> Phone | InvalidPhone:
    """As `parse`, and always by phonenumbers."""
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
    if len(re.findall(r"\d", text)) < len(
        digits
    ):  # nearly every text: a pattern of its own would be made for each phone
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
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    if (exact := _EXACT.match(text)) and len(exact[1]) == int(exact[2]):
        return text[0] + exact[1]
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
