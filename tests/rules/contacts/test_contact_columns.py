"""Which column is what, and which of several is read (SPEC C1, C3)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cast import TESTS
from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.contact_columns import Columns, Unclear

CASES = TESTS / "vectors" / "lists"
# File -> what each row becomes: phone and first name, or the reason
EXPECTED = {
    "01_van_myvoters.xls": "+18145550102 SEAN;missing_phone;+18145550104 JANE;missing_phone",
    "03_google.csv": "+12025550121 Kent;+12025550123 Sue;+12025550124 Ben;work_phone;missing_phone",
    "04_mailchimp.csv": "+16025550131 Mike;+16025550132 Dan;missing_phone",
    "07_actionnetwork.csv": "+15055550162 Ana;do_not_text",
    "07b_actionnetwork_can2.csv": "+15055550165 Ana",
    "12a_phone_1.csv": "+14125550331 A;+14125550333 B",
    "12b_home_cell.csv": "+14125550335 A;missing_phone",
    "12c_cell_mobile.csv": "+14125550337 A",
    "12d_primary_secondary.csv": "+14125550339 A",
    "12f_cell_hash.csv": "+14125550343 A",
    "12g_home_only.csv": "+14125550344 A",
    "25_actblue.csv": "+17755550591 Act",
    "40_dnc.csv": "do_not_text_words;do_not_text_words;landline;+14125550904 Dnc4;do_not_text_words;do_not_text_words",
}


def rows_of(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.splitlines()[0] else ","))


def matched(header: str, chosen: dict[str, str] | None = None, sample: tuple[tuple[str, ...], ...] = ()) -> Columns:
    found = contact_columns.match(header.split(","), {"party": "Party"}, chosen, sample)
    assert isinstance(found, Columns), found
    return found


def read(header: str, row: str, chosen: dict[str, str] | None = None) -> contact_rows.Person:
    cells = row.split(",")
    found = contact_rows.read(cells, matched(header, chosen, (tuple(cells),)), len(header.split(",")))
    assert isinstance(found, contact_rows.Person), found
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_files_as_other_systems_export_them(name: str) -> None:
    header, *rows = rows_of(CASES / name)
    columns = contact_columns.match(header, {}, None, rows)
    assert isinstance(columns, Columns)
    found = [contact_rows.read(row, columns, len(header)) for row in rows]
    said = [r.reason if isinstance(r, contact_rows.Refused) else f"{r.phone} {r.values['first_name']}" for r in found]
    assert said == EXPECTED[name].split(";")


def test_another_address_is_used_only_where_there_is_no_first_one() -> None:
    header = rows_of(CASES / "01_van_myvoters.xls")[0]
    columns = contact_columns.match(header, {})
    assert isinstance(columns, Columns) and {"mState", "mZip5", "Home Phone"} < set(columns.unknown)
    assert [header[n] for n in columns.home] == ["Home Phone"], "offered, not read; a work phone is not even offered"
    assert matched("phone,mState").fields == {0: "phone", 1: "state_abbrev"}


def test_a_google_contact_has_one_value_of_several() -> None:
    header, kent, sue, ben, *_ = rows_of(CASES / "03_google.csv")
    columns = contact_columns.match(header, {})
    assert isinstance(columns, Columns)
    people = [contact_rows.read(row, columns, len(header)) for row in (kent, sue, ben)]
    first = people[0]
    assert isinstance(first, contact_rows.Person) and (first.values["state_abbrev"], first.values["zip"]) == (
        "DC",
        "20001",
    )


@pytest.mark.parametrize(
    ("header", "row", "field", "value"),
    [
        ("phone,Region,State", "4125550101,OH,PA", "state_abbrev", "PA"),
        ("phone,Region,State", "4125550101,OH,", "state_abbrev", "OH"),
        ("phone,Nickname,First Name", "4125550101,Suzy,Sue", "first_name", "Sue"),
        ("phone,Nickname,First Name", "4125550101,Suzy,", "first_name", "Suzy"),
        ("phone,Nickname,Name", "4125550101,Suzy,Sue Wilson", "first_name", "Sue"),
        ("phone,Name", '4125550101,"Ng', "first_name", '"Ng'),
        ("phone,Mail", "4125550101,lisa@example.net", "email", "lisa@example.net"),
        ("phone,Mail", "4125550101,yes", "email", ""),
        ("phone,Zip", "4125550101,2139", "zip", "02139"),
        ("phone,Zip", "4125550101,15213 4307", "zip", "15213"),
        ("phone,Zip", "4125550101,15213-", "zip", "15213"),
        ("Teléfono,Código postal", "4125550101,15213", "zip", "15213"),
        ("phone,E-mail 1 - Value", "4125550101,a@example.net ::: b@example.net", "email", "a@example.net"),
    ],
)
def test_the_right_one_of_several_columns_is_read(header: str, row: str, field: str, value: str) -> None:
    assert read(header, row).values.get(field, "") == value


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ng, Lisa", "Lisa", "Ng"),
        ("Ng,Lisa M", "Lisa M", "Ng"),
        ("Lisa Ng", "Lisa", "Ng"),
        ("Dr. Lisa Ng", "Lisa", "Ng"),
        ("Lisa & Bob Ng", "Lisa & Bob", "Ng"),
        ("John Smith, Jr.", "John", "Smith Jr."),
        ("Lisa", "Lisa", ""),
    ],
)
def test_a_whole_name_is_taken_apart(whole: str, first: str, last: str) -> None:
    found = contact_rows.read(["4125550101", whole], matched("phone,Name"), 2)
    assert isinstance(found, contact_rows.Person)
    assert (found.values.get("first_name", ""), found.values.get("last_name", "")) == (first, last)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("zip", "ABCDE"),
        ("state_abbrev", "ZZ"),
        ("state_abbrev", "Northeast"),
        ("timezone", "Mars"),
        ("email", "none given"),
    ],
)
def test_a_value_that_can_t_be_stored_is_kept_out_and_told(field: str, written: str) -> None:
    found = read(f"phone,{field}", f"4125550101,{written}")
    assert found.values.get(field, "") == "" and found.left == {field: written}


def test_a_canadian_postal_code_is_no_zip() -> None:
    found = read("phone,zip", "4125550101,K1A 0B6")
    assert "zip" not in found.values and found.left == {"zip_canada": "K1A 0B6"}


def test_what_was_recognised_stays_where_the_phone_is_unclear() -> None:
    found = contact_columns.match(["First Name", "phone", "ZIP", "phone", "Party"], {"party": "Party"})
    assert isinstance(found, Unclear) and found.code == "duplicate_header"
    assert "phone (column 2), phone (column 4)" in found.message and found.columns.phones == [1, 3]
    assert {0: "first_name", 2: "zip"}.items() <= found.columns.fields.items() and found.columns.custom == {4: "party"}
    found = contact_columns.match(["First Name", "Work Phone"], {})
    assert isinstance(found, Unclear) and "Work Phone" in found.message and found.columns.fields == {0: "first_name"}


def test_columns_are_named_by_header_or_by_place() -> None:
    assert matched("a,,b", {"Column 2": "phone"}).phones == [1]
    assert matched("phone,phone", {"Column 2": "phone"}).phones == [1]
    assert matched("电话,姓名", {"电话": "phone", "姓名": "full_name"}).fields == {0: "phone", 1: "full_name"}
    assert not contact_columns.is_column(["phone"], "Nobody")


def test_a_column_that_says_whom_not_to_text_is_decided_by_someone() -> None:
    header = "first_name,phone,do_not_call"
    columns = matched(header)
    assert columns.flags == {2: contact_columns.REFUSE}
    assert contact_rows.read(["A", "4125550101", "Y"], columns, 3) == contact_rows.Refused("do_not_text", "4125550101")
    assert read(header, "A,4125550101,Y", {"do_not_call": contact_columns.OPT_OUT}).opted_out
    assert not read(header, "A,4125550101,N", {"do_not_call": contact_columns.OPT_OUT}).opted_out
    assert not read(header, "A,4125550101,Y", {"do_not_call": ""}).opted_out


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


def fate(header: str, row: str) -> str:
    cells = row.split(",")
    columns = contact_columns.match(header.split(","), {}, None, [cells], contact_columns.OPT_OUT)
    assert isinstance(columns, Columns), columns
    found = contact_rows.read(cells, columns, len(header.split(",")))
    if isinstance(found, contact_rows.Refused):
        return found.reason
    return "opted out" if found.opted_out else found.phone


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


@pytest.mark.parametrize("status", ["unsubscribed", "bouncing", "spam complaint", "subscribed"])
def test_a_status_of_e_mail_says_nothing_about_texts(status: str) -> None:
    """Action Network's can2_subscription_status is of e-mail; can2_sms_status is of texts."""
    for header in ("can2_subscription_status", "Email Status", "Unsubscribed from email"):
        assert fate(f"can2_phone,{header}", f"8145550101,{status}") == "+18145550101"
    assert fate("can2_phone,can2_sms_status", "8145550101,unsubscribed") == "opted out"


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
