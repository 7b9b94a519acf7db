"""Which of the first lines is the header (SPEC C1)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts.header_line import Found, find, with_groups

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
    f"Name,,Phone,|First,Last,Home,Work|{PERSON}": Found(1, False, 1),
    f"Name,,Phone,,Address|Given,Family,Mobile,Landline,City|{PERSON}": Found(1, False, 2),
    f"Voter,,Phones,,Email,ZIP|First,Last,Day,Eve,,|{PERSON}": Found(1, False, 1),
    f"Name,,Phone|First,Last,|{PERSON}": Found(1, False, 1),
    f"First Name,Last Name,Phone,|Ann,Ng,,moved|{PERSON}": Found(0, False, 2),
}


@pytest.mark.parametrize(("lines", "expected"), TABLE.items())
def test_the_header_is_the_line_with_known_names_above_the_people(lines: str, expected: Found) -> None:
    assert find([line.split(",") for line in lines.split("|")]) == expected


def test_a_name_below_a_group_is_read_with_it_where_it_says_nothing_alone() -> None:
    groups, header = ["Name", "", "Phone", "", "Email", "ZIP"], ["First", "Last", "Home", "Work", "", ""]
    assert with_groups(groups, header) == ["First", "Last", "Phone Home", "Phone Work", "Email", "ZIP"]
