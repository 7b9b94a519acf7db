"""Phones, read and masked."""

from __future__ import annotations

import csv

from tests.cast.vectors import VECTORS
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
