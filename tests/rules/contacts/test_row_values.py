"""State and ZIP out of one cell, as "Erie, PA 16502" (SPEC C3): both for sure, or neither."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_columns, contact_rows, row_values

# Cell -> state and ZIP
SPLIT = {
    "Erie, PA 16502": ("PA", "16502"),
    "ERIE PA 16502-1234": ("PA", "16502"),
    "St. Louis, Mo. 63101": ("MO", "63101"),
    "12 Main St, Honolulu, HI, 96801-": ("HI", "96801"),
    "Kansas City, Missouri 64101": ("MO", "64101"),
    "New York, New York 10001, USA": ("NY", "10001"),
    "Washington, D.C. 20001": ("DC", "20001"),
    "APO, AE 09012": ("AE", "09012"),
    "Winston-Salem, North Carolina": ("NC", ""),
    "Erie PA": ("PA", ""),
    "PA 16502": ("PA", "16502"),
    "Toronto, ON M5V 2T6": ("ON", ""),
}
UNSURE = (
    "Erie, OH 16502",  # a ZIP of Pennsylvania
    "Washington, 20001",  # a city or a state
    "12 Main Ct, 16502",  # not Connecticut
    "PO Box 12345",
    "16502",
    "Isla de",
    "Boston, MA 2139",
    "New York",
)


def read(header: str, *cells: str) -> contact_rows.Person:
    names = ["Phone", *header.split("|")]
    columns = contact_columns.match(names, {})
    assert isinstance(columns, contact_columns.Columns)
    found = contact_rows.read(["4125550101", *cells], columns, len(names))
    assert isinstance(found, contact_rows.Person), found
    return found


def state_and_zip(person: contact_rows.Person) -> tuple[str, str]:
    return person.values.get("state_abbrev", ""), person.values.get("zip", "")


@pytest.mark.parametrize("cell", SPLIT)
def test_a_cell_gives_state_and_zip(cell: str) -> None:
    person = read("City, State ZIP", cell)
    assert state_and_zip(person) == SPLIT[cell]
    assert person.left == ({"zip_canada": "M5V 2T6"} if "M5V" in cell else {})
    assert set(person.values) <= {"state_abbrev", "zip"}


@pytest.mark.parametrize("cell", UNSURE)
def test_a_cell_that_is_not_sure_gives_neither_and_is_counted(cell: str) -> None:
    person = read("City State Zip", cell)
    assert state_and_zip(person) == ("", "") and person.left == {"city_state_zip": cell} and not person.values


def test_the_place_of_a_split_cell_decides_the_zone() -> None:
    person = read("City, State ZIP", "Honolulu, HI 96801")
    assert (person.zones, person.zone_source) == (("Pacific/Honolulu",), "zip")


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ("||Erie, PA 16502", ("PA", "16502")),
        ("Pennsylvania||Erie, PA 16502", ("PA", "16502")),
        ("|16502-1111|Erie, PA 16502", ("PA", "16502")),
        ("OH||Erie, PA 16502", ("OH", "")),
        ("|44101|Erie, PA 16502", ("", "44101")),
        ("OH|44101|Erie, PA 16502", ("OH", "44101")),
        ("OH|44101|nowhere", ("OH", "44101")),
    ],
)
def test_columns_of_their_own_win_and_are_completed_where_both_agree(cells: str, right: tuple[str, str]) -> None:
    person = read("State|ZIP|City, State ZIP", *cells.split("|"))
    assert state_and_zip(person) == right and person.left == {}


def test_names_of_organizations_are_told_from_names_of_people() -> None:
    for whole in [
        "Pittsburgh Teachers Union",
        "Acme LLC",
        "First Baptist Church",
        "IBEW Local 5",
        "Erie County Democrats",
        "Joe's Pizza",
        "Smith & Sons Plumbing",
        "Meyer for Senate",
        "Erie School District",
        "Black Student Union",
        "AFSCME Local 12",
        "Estate of Ann Bee",
    ]:
        first, _, last = whole.partition(" ")
        assert row_values.is_no_name(first, last), whole
    for whole in [
        "Ann Bee",
        "Ann Church",
        "Bo Banks",
        "Cy Temple",
        "Church Ann",
        "Ann Marie Hall",
        "Joe Party",
        "Di College",
        "Mary Ann Young",
        "José Ng",
    ]:
        first, _, last = whole.partition(" ")
        assert not row_values.is_no_name(first, last), whole
