"""Which phone of a row is read, where it stands in several columns or parts (SPEC C1, C3)."""

from __future__ import annotations

import pytest

from tests.cast.inputs.columns import fate, matched
from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.contact_columns import Columns


def test_words_without_a_number_count_for_the_number_that_follows() -> None:
    columns = matched("phone_1,phone_2")
    assert contact_rows.read(["do not call", "4125550101"], columns, 2) == contact_rows.Refused(
        "do_not_text_words", "4125550101"
    )
    assert contact_rows.read(["N/A", "4125550101"], columns, 2) == contact_rows.Person(
        "+14125550101", zones=("America/New_York",), zone_source="area_code"
    )


def test_every_phone_of_a_strike_list_is_struck() -> None:
    header = ["Cell", "Home Phone", "Work Phone", "Name"]
    columns = contact_columns.every_phone(header)
    assert isinstance(columns, Columns) and columns.phones == [0, 1, 2]
    person, refused = contact_rows.read_phones(["4125550101 stop", "foo", "+44 20 7946 0958", "x"], columns)
    assert person and (person.phone, person.more) == ("+14125550101", ["+442079460958"])
    assert refused == contact_rows.Refused("invalid_phone", "foo")


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("412-555-0611\n412-555-0612", "+14125550611"),
        ("+44 20 7946 0958\n412-555-0612", "+14125550612"),
        ("h: 412-555-0611\nc: 412-555-0612", "+14125550612"),
        ("412-555-0611 ::: 412-555-0612", "+14125550611"),
        ("+44 20 7946 0958 ::: 412-555-0612", "+14125550612"),
    ],
)
def test_of_a_number_in_each_line_the_first_that_can_be_texted_is_taken(cell: str, phone: str) -> None:
    found = contact_rows.read(["Ng, Lisa", cell], matched("Name,Phone"), 2)
    assert isinstance(found, contact_rows.Person) and found.phone == phone and found.values["first_name"] == "Lisa"
    stop = contact_rows.read(["Ng, Lisa", "412-555-0611\n412-555-0612 do not text"], matched("Name,Phone"), 2)
    assert stop == contact_rows.Refused("do_not_text_words", "412-555-0611\n412-555-0612 do not text")


def test_of_several_phones_the_first_good_one_is_read() -> None:
    header, chosen = ["Name", "Phone", "Phone", "Phone"], {"#1": "phone", "#2": "phone", "#3": "phone"}
    columns = contact_columns.match(header, {}, chosen)
    assert isinstance(columns, Columns)
    for cells, expected in (
        (",412-555-0102,412-555-0103", "+14125550102"),
        ("412,412-555-0102,", "+14125550102"),
        ("888-555-0101,412-555-0102 landline,412-555-0103", "+14125550103"),
        ("+44 20 7946 0018,,", "unsupported_country"),
        ("412-555-0101 wrong number,412-555-0102,", "do_not_text_words"),
        ("412,foo,", "invalid_phone"),
    ):
        found = contact_rows.read(["Ann", *cells.split(",")], columns, 4)
        assert (found.reason if isinstance(found, contact_rows.Refused) else found.phone) == expected, cells


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Cell Phone Number (so we can text you),I do NOT want texts", "8145550101,", "+18145550101"),
        ("Cell Phone Number (so we can text you),I do NOT want texts", "8145550101,Yes", "opted out"),
        ("Phone,May we text you?", "8145550101,No: please e-mail me", "opted out"),
        ("phone,Wireless?", "8145550101,Yes", "+18145550101"),
        ("phone,is_cell", "8145550101,TRUE", "+18145550101"),
        ("phone,sms updates", "8145550101,no", "opted out"),
        ("phone,line type", "8145550101,Landline", "landline"),
        ("phone,Phone Type", "8145550101,Fax", "landline"),
        ("phone,Phone Type", "8145550101,Cell", "+18145550101"),
        (
            "Phone 1 - Value,Phone 1 - Type,Phone 2 - Value,Phone 2 - Type",
            "8145550101,Fixed line,8145550102,Mobile",
            "+18145550102",
        ),
        ("phone,line type", "8145550101,voip", "+18145550101"),
        ("phone,Landline", "8145550101,Yes", "landline"),
        ("phone,Is Landline?", "8145550101,N", "+18145550101"),
        ("Wireless,phone", "No,8145550101", "landline"),
        ("Wireless,phone", "1,8145550101", "+18145550101"),
    ],
)
def test_cells_tell_what_a_column_is(header: str, row: str, expected: str) -> None:
    assert fate(header, row) == expected


def test_a_strike_list_s_home_column_is_struck_where_it_holds_phones() -> None:
    header, row = ["Cell", "Home", "Work", "Spouse"], ["8145550101", "814-555-0102", "12 Elm St", "8145550104"]
    columns = contact_columns.every_phone(header, None, [row])
    assert isinstance(columns, Columns) and columns.phones == [0, 1]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Phone,Ext", "8145550101,22", "extension"),
        ("Phone,Ext.", "8145550101,", "+18145550101"),
        ("Phone,Phone Extension", "8145550101,0", "+18145550101"),
        ("Mobile,Work Phone,Ext", "8145550101,8145550102,22", "+18145550101"),
        ("Work Phone Ext,Mobile", "22,8145550101", "+18145550101"),
        ("Area Code,Phone", "814,555-0101", "+18145550101"),
        ("Phone,Area Code", "5550101,(814)", "+18145550101"),
        ("Area Code,Phone", "412,(814) 555-0101", "+18145550101"),
        ("Home Area Code,Home Phone,Cell Area Code,Cell Phone", "412,5550102,814,5550101", "+18145550101"),
        ("Area Code,Phone", ",555-0101", "invalid_phone"),
        ("Dialed Number,Disposition", "8145550101,Do Not Call", "notes_say_no"),
        ("Number Dialed,Disposition", "8145550101,Answered", "+18145550101"),
        ("Phone,Contact preference", "8145550101,E-mail only", "notes_say_no"),
    ],
)
def test_parts_of_a_phone_in_columns_of_their_own_are_put_together(header: str, row: str, expected: str) -> None:
    assert fate(header, row) == expected


def test_columns_that_hold_parts_of_a_phone_are_not_left_out() -> None:
    assert matched("Area Code,Phone,Ext,Landline,Party X").unknown == ("Party X",)
