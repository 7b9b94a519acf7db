"""Phones, read and masked."""

from __future__ import annotations

import csv

import pytest

from tests.cast.inputs.vectors import VECTORS
from webapp.rules import phone


def test_a_phone_is_masked_but_for_two_digits() -> None:
    assert phone.masked("+14125550142") == "•••-•••-••42" and phone.national("+14125550142") == "412-555-0142"


def phones() -> list[dict[str, str]]:
    with (VECTORS / "phones.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 50
    return rows


def test_phones_are_read_as_libphonenumber_reads_them_without_its_slips() -> None:
    wrong = []
    for row in phones():
        parsed = phone.parse(row["raw"], row["default_region"])
        got = parsed.e164 if isinstance(parsed, phone.Phone) else "invalid"
        if got != row["expected"] and not (row["strength"] == "may" and got in row["also_ok"].split("|")):
            wrong.append((row["id"], row["raw"], got))
    assert wrong == []


@pytest.mark.parametrize("written", ["+14125550101", "(412) 555-0101", "412.555.0101", "1-412-555-0101", "4125550101"])
def test_one_phone_is_masked_in_a_text_however_it_is_written(written: str) -> None:
    assert "0101" not in phone.hidden_in(f"Call {written} now", "+14125550101").replace(
        phone.masked("+14125550101"), ""
    )
    assert phone.hidden_in("Call 412-555-0102 now", "+14125550101") == "Call 412-555-0102 now"
    assert phone.hidden_in("Call us", "") == "Call us"


@pytest.mark.parametrize("written", ["4,125,550,101", "14,125,550,101", "4,125,550,101.00", " 4,125,550,101 "])
def test_a_spreadsheet_s_commas_between_thousands_are_no_second_number(written: str) -> None:
    assert phone.parse(written) == phone.Phone("+14125550101")
    assert isinstance(phone.parse(written.replace(",", "", 1)), phone.InvalidPhone)
