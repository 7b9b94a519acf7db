"""Which column is what, and which of several is read (SPEC C1, C3)."""

from __future__ import annotations

import pytest

from tests.cast.inputs.columns import CASES, fate, matched, read, rows_of
from webapp.rules.contacts import contact_columns, contact_rows
from webapp.rules.contacts.contact_columns import Columns, Unclear

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


@pytest.mark.parametrize("status", ["unsubscribed", "bouncing", "spam complaint", "subscribed"])
def test_a_status_of_e_mail_says_nothing_about_texts(status: str) -> None:
    """Action Network's can2_subscription_status is of e-mail; can2_sms_status is of texts."""
    for header in ("can2_subscription_status", "Email Status", "Unsubscribed from email"):
        assert fate(f"can2_phone,{header}", f"8145550101,{status}") == "+18145550101"
    assert fate("can2_phone,can2_sms_status", "8145550101,unsubscribed") == "opted out"
