"""Cells of phone columns: numbers, and the words beside them (SPEC C1)."""

from __future__ import annotations

import csv

import pytest

from tests.cast import TESTS
from tests.cast.inputs.hostile import least_seconds
from webapp.rules.contacts.phones import phone_cell

CASES = TESTS / "vectors" / "lists"
NUMBER = "412-555-0101"
LABELS = "{n} cell;cell {n};c: {n};{n}c;(c) {n};{n} (m);M: {n};mobile: {n};{n} [mobile];p: {n};h: {n};{n} (home);"
TEXTS = (
    "{n} text only;{n} (Text Only!);text: {n};{n} prefers text;TEXT ONLY {n};{n} cell - text only please;only SMS {n}"
)
DUST = "{n}*;~{n};#{n};{n}?;'{n};*{n}*;({n})"
AGAINST = (
    "do not call {n};{n} do not call;{n} (Do Not Call);DNC {n};{n} DNC;{n} no text;{n} no texts;{n} WRONG NUMBER;wrong # {n};{n} stop;"
    "STOP {n};{n} - opted out;{n} don't text;{n} (Don’t call!);{n} not her number;{n} disconnected;{n} deceased;{n} remove me;"
    "please do not contact {n};{n} never text;{n} unsubscribed;{n} número equivocado;no llamar {n};{n} DO-NOT-CALL;{n} take me off your list;{n} call only;{n} (voice only);{n} calls only - no text;{n} do not call or text only;only call {n}"
)
LANDLINES = "{n} landline;{n} (Land line);landline: {n};{n} - LANDLINE;home landline {n};{n} fax;Fax: {n};{n} fijo"
WORDS = (
    "{n} (wife);{n} - call after 6;{n} ok to text;{n}, ask for Bob;Bob's number {n};{n} WhatsApp;{n} as of 2024-01-05"
)
EXTENSIONS = "{n} x22;{n} ext 5;{n} Ext. 5;{n} extension 12;{n};ext=5;{n} #12"
TWO = "{n} / 412-555-0102;{n}, 412-555-0102;{n} or 412-555-0102;{n} 412-555-0102;{n}\n412-555-0102;{n} / 555-0102;4125550101 4125550102"


def refusal(raw: str, take_words: bool = False) -> str | None:
    return phone_cell.choose(phone_cell.read(raw), take_words)


@pytest.mark.parametrize("form", [f for f in ";".join((LABELS, DUST, TEXTS)).split(";") if f])
def test_labels_and_dust_are_set_aside(form: str) -> None:
    cell = phone_cell.read(form.format(n=NUMBER))
    assert phone_cell.choose(cell, False) is None and phone_cell.number(cell) == "+14125550101"


@pytest.mark.parametrize("form", AGAINST.split(";"))
def test_words_against_texts_are_never_a_label(form: str) -> None:
    cell = phone_cell.read(form.format(n=NUMBER))
    assert phone_cell.choose(cell, False) == "do_not_text_words"
    assert phone_cell.choose(cell, True) is None and cell.forbids and phone_cell.number(cell) == "+14125550101"


@pytest.mark.parametrize("form", WORDS.split(";"))
def test_words_beside_a_number_are_a_reason_of_their_own_until_someone_takes_them(form: str) -> None:
    raw = form.format(n=NUMBER)
    assert refusal(raw) == "words_beside" and refusal(raw, take_words=True) is None
    assert not phone_cell.read(raw).forbids


@pytest.mark.parametrize("raw", [f.format(n=NUMBER) for f in (*EXTENSIONS.replace(";ext", "§ext").split(";"),)])
def test_an_extension_is_a_reason_of_its_own(raw: str) -> None:
    assert refusal(raw.replace("§", ";")) == refusal(raw.replace("§", ";"), take_words=True) == "extension"


def test_a_landline_or_a_fax_is_never_taken() -> None:
    for form in LANDLINES.split(";"):
        assert refusal(form.format(n=NUMBER)) == refusal(form.format(n=NUMBER), take_words=True) == "landline", form
    for form in ("{n} landline, 412-555-0102", "412-555-0102 / {n} (landline)", "landline: {n}; 412-555-0102"):
        raw = form.format(n=NUMBER)
        assert (refusal(raw), phone_cell.number(phone_cell.read(raw))) == (None, "+14125550102"), raw


@pytest.mark.parametrize("form", TWO.split(";"))
def test_of_two_numbers_none_is_picked_silently(form: str) -> None:
    assert refusal(form.format(n=NUMBER)) == refusal(form.format(n=NUMBER), take_words=True) == "two_numbers"


@pytest.mark.parametrize(
    "raw",
    [
        "412-555-0102 (h) 412-555-0101 (c)",
        "412-555-0101 (c) 412-555-0102 (h)",
        "home: 412-555-0102 cell: 412-555-0101",
        "412-555-0102 m: 412-555-0101",
        "412-555-0101 / (412) 555-0101",
    ],
)
def test_the_number_marked_as_a_mobile_is_taken_and_the_same_number_twice_is_one(raw: str) -> None:
    assert refusal(raw) is None and phone_cell.number(phone_cell.read(raw)) == "+14125550101"


@pytest.mark.parametrize("raw", ["", " ", "N/A", "none", "unlisted", "000-000-0000", "-", "not provided", "x"])
def test_words_for_nothing_are_blank(raw: str) -> None:
    assert phone_cell.blank(raw)


@pytest.mark.parametrize("raw", ["do not call", "DNC", "412", "ask Bob", NUMBER])
def test_other_words_are_not(raw: str) -> None:
    assert not phone_cell.blank(raw)


def test_the_county_s_notes_come_out_as_they_should() -> None:
    refused = {
        "words_beside": "P00 P01 P26 P36",
        "do_not_text_words": "P02 P06 P35",
        "two_numbers": "P03",
        "extension": "P05 P39",
        "landline": "P38",
        "invalid_phone": "P10 P11 P13 P14 P15 P16 P17 P21",
    }
    expected = {name: reason for reason, names in refused.items() for name in names.split()}
    with (CASES / "13_notes_in_phone.csv").open() as file:
        assert {row["first_name"]: r for row in csv.DictReader(file) if (r := refusal(row["phone"]))} == expected


@pytest.mark.parametrize(
    "piece", ["1", " ", "(412) ", "do not ", "a1", "1 ", "x#", "1-", "+1", "no no ", "412-555-0101 ", "'", "é"]
)
def test_a_hundred_thousand_characters_cost_nothing(piece: str) -> None:
    def read(raw: str) -> None:
        phone_cell.choose(phone_cell.read(raw), True), phone_cell.blank(raw)

    for size in (phone_cell.LONGEST, 100_000):
        assert least_seconds(read, (piece * 100_000)[:size], 0.1) == 0.0
