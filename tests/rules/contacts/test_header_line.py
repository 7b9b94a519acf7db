"""Which of the first lines is the header (SPEC C1)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts.header_line import Found, find

PERSON = "Lisa,Ng,412-555-0101"
TABLE = {
    f"First Name,Last Name,Phone|{PERSON}": Found(0, False, 2),
    f"Ward 7|First Name,Last Name,Phone|{PERSON}": Found(1, False, 2),
    f"Name,Contact,|First Name,Last Name,Cell|{PERSON}": Found(1, False, 2),
    f"First Name,Last Name,Number|{PERSON}": Found(0, False, 1),
    f"Vorname,Name,Nummer|{PERSON}": Found(0, False, 1),
    f"Liste|Vorname,Name,Nummer|{PERSON}": Found(1, False, 1),
    f"{PERSON}|{PERSON}": Found(0, True, 1),
    f"Ward 7|{PERSON}": Found(1, True, 1),
    f"Call Sue: 412-555-0100|First Name,Last Name,Phone|{PERSON}": Found(1, False, 2),
    f"{PERSON}|First Name,Last Name,Phone": Found(0, True, 1),
    f"First Name,Last Name,Phone|{PERSON}|First Name,Last Name,Phone,Zip": Found(0, False, 2),
    "Phone": Found(0, False, 2),
    "Nummer|4125550101": Found(0, False, 1),
    "How to use this sheet|1. Go to tab Data": Found(0, False, 0),
    "Ward,Count|7,12|8,14": Found(0, False, 0),
    "Title|a,b,c|d,e,f": Found(1, False, 0),
}


@pytest.mark.parametrize(("lines", "expected"), TABLE.items())
def test_the_header_is_the_line_with_known_names_above_the_people(lines: str, expected: Found) -> None:
    assert find([line.split(",") for line in lines.split("|")]) == expected
