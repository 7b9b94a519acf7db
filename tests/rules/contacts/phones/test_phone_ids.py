"""VAN's ids of phones in a list's columns (SPEC B3)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.contact_columns import Columns
from webapp.rules.contacts.phones import phone_ids

HEADER = ["VanID", "CellPhone", "CellPhoneId", "Phone", "PhoneId", "HomePhone", "HomePhoneId", "OptInPhoneId"]


def columns(header: list[str] = HEADER) -> Columns:
    found = contact_columns.match(header, {})
    assert isinstance(found, Columns)
    return found


def row(*cells: str) -> contact_rows.Person:
    found = contact_rows.read(list(cells), columns(), len(HEADER))
    assert isinstance(found, contact_rows.Person)
    return found


def test_each_phone_that_is_read_has_its_id_beside_it() -> None:
    found = columns()
    assert found.phone_ids == {1: 2, 3: 4}
    assert not {"CellPhoneId", "PhoneId"} & set(found.unknown)


def test_an_id_is_no_phone_and_no_wish_not_to_be_texted() -> None:
    assert columns().flags == {} and columns().phones == [1, 3]


def test_the_id_is_that_of_the_phone_chosen() -> None:
    assert row("7", "4125550101", "11", "4125550102", "22").phone_id == 11
    assert row("7", "", "", "(412) 555-0102", "22").phone_id == 22


@pytest.mark.parametrize("cell", ["", "x", "-3", "1.5", "9" * 19, "٣"])
def test_what_is_no_id_is_none(cell: str) -> None:
    assert row("7", "4125550101", cell).phone_id == 0


def test_without_a_van_id_a_phone_s_id_says_nothing() -> None:
    assert row("", "4125550101", "11").phone_id == 0


def test_a_row_that_ends_early_has_no_id() -> None:
    assert phone_ids.of(["7", "4125550101"], {1: 2}, "+14125550101") == 0
