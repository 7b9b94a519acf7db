"""Ordinary North American numbers are read without phonenumbers, and exactly as it reads them (SPEC C1)."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from webapp.rules import phone
from webapp.rules.contacts.phones import phone_cell

CODES = [str(code) for code in range(200, 1000)]
EXCHANGES = (200, 211, 345, 411, 464, 500, 555, 611, 700, 789, 800, 911, 976, 999)
digit = st.sampled_from("0123456789")
short = st.text(" -.()+1", max_size=3)
beside = st.sampled_from(
    ["", "", "", " ", "  ", "\t", "\u00a0", "x", "cell", ",", "/", "+", "(", "1", "0", "-", "\n", "ext 5"]
)


def _slow(raw: str) -> phone.Phone | phone.InvalidPhone:
    return phone.read_any(raw)


@pytest.mark.parametrize("first", range(2, 10))
def test_every_area_code_is_read_as_phonenumbers_does(first: int) -> None:
    cells = [f"({code}) {exchange}-0123" for code in range(100 * first, 100 * first + 100) for exchange in EXCHANGES]
    assert [raw for raw in cells if phone.parse(raw) != _slow(raw)] == []


def test_in_an_area_code_that_is_read_quickly_every_number_is_valid() -> None:
    patterns = [_pattern(region) for region in COUNTRY_CODE_TO_REGION_CODE[1]]
    assert [
        code for code in sorted(phone.WHOLE_CODES) if not any(_takes_all(code, pattern) for pattern in patterns)
    ] == []


def test_most_area_codes_are_read_quickly() -> None:
    valid = [code for code in CODES if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}2340123"))]
    assert len(phone.WHOLE_CODES) > 0.9 * len(valid)


parts = st.tuples(
    *(beside, short, st.sampled_from(CODES), short),
    *(st.text(digit, min_size=3, max_size=3), short, st.text(digit, min_size=4, max_size=4), beside),
)


@given(parts)
def test_what_is_read_quickly_is_read_as_the_long_way_does(written: tuple[str, ...]) -> None:
    _same("".join(written))


@given(st.text("0123456789 ()-.+1x\u00a0\uff11\u0661", min_size=7, max_size=24))
def test_no_odd_cell_is_taken_for_an_ordinary_one(raw: str) -> None:
    _same(raw)


def _same(raw: str) -> None:
    if e164 := phone.ordinary(raw):
        assert _slow(raw) == phone.Phone(e164)
        assert phone.textable(e164) == phone.Phone(e164)
        assert phone_cell.read_any(raw) == phone_cell.Cell({e164: False})
        assert not phone_cell.blank(raw)


def _pattern(region: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata and metadata.fixed_line
    return re.compile(metadata.fixed_line.national_number_pattern or "x")


def _takes_all(code: str, pattern: re.Pattern[str]) -> bool:
    """Its patterns end with four digits of any kind, or five and more."""
    ends = ("0000", "1234", "5555", "9999")
    return all(pattern.fullmatch(f"{code}{exchange}{end}") for exchange in range(200, 1000) for end in ends)
