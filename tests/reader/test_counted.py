"""A preview counts as storing does (SPEC C1)."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.reader.reading import surveyed, write
from webapp.reader import counted, rows
from webapp.rules.contacts import contact_columns, row_values

PEOPLE = """First Name,Phone,Notes,do_not_call,Remarks
Ann,412-555-0101,,,
Bo,412-555-0102 (wife),wrong number,,
Cy,412-555-0103 do not call,,,
Di,412-555-0104,do not text,yes,
Ed,412-555-0105,,y,
Flo,412-555-0106,STOP,,no texts
Gil,foo,do not text,yes,
Hal,412-555-0108 stop,no texts,,
Ann,4125550101,,,
Bo,4125550101,,,
,888-555-0101,,,
ESTATE OF,412-555-0109,,,
"""


def order_of(tmp_path: Path, text: str) -> rows.Order:
    path = write(tmp_path, text)
    shape, copy = surveyed(path), path.with_name(path.name + ".plain")
    columns = contact_columns.match(shape.header, {}, None, shape.sample)
    assert isinstance(columns, contact_columns.Columns)
    return rows.Order(str(copy), shape, columns, counting=1_000)


def test_the_rows_counted_as_refused_are_those_that_are_whatever_is_chosen(tmp_path: Path) -> None:
    order = order_of(tmp_path, PEOPLE)
    told = counted.count(order)
    for words, notes, flagged in itertools.product((False, True), (False, True), ("opt_out", "do_not_text", None)):
        flags = {n: flagged for n in order.columns.flags if flagged}
        chosen = replace(order.columns, take_words=words, take_notes=notes, flags=flags)
        read = rows.prepare(msgspec.structs.replace(order, columns=chosen))
        assert told.refused(chosen) == dict(Counter(row.reason for row in read if row.reason)), chosen
    assert dict(told.flags) == {3: 3}
    assert told.beside == {"words_beside": 1, "do_not_text_words": 2}


@pytest.mark.parametrize(
    ("words", "flagged", "noted"),
    [
        (False, "do_not_text", {2: 1, 4: 1}),  # Flo
        (True, "opt_out", {2: 2, 4: 1}),  # Bo too
        (True, None, {2: 3, 4: 1}),  # and Di
    ],
)
def test_notes_are_told_only_of_rows_that_they_alone_refuse(
    tmp_path: Path, words: bool, flagged: str | None, noted: dict[int, int]
) -> None:
    order = order_of(tmp_path, PEOPLE)
    flags = {n: flagged for n in order.columns.flags if flagged}
    chosen = replace(order.columns, take_words=words, flags=flags)
    told = counted.count(order)
    assert told.noted(chosen) == told.noted(replace(chosen, take_notes=True)) == noted


def test_one_phone_with_two_names_is_counted(tmp_path: Path) -> None:
    told = counted.count(order_of(tmp_path, PEOPLE))
    assert (told.other_names, told.two) == (1, ("+14125550101", "Ann", "Bo"))
    same = "Name,Phone\nLisa Ng,4125550101\nLisa,4125550101\nLISA NG,4125550101\n,4125550101\n"
    told = counted.count(order_of(tmp_path, same))
    assert (told.other_names, told.phones, told.capitals, told.capitals_as) == (0, 1, 1, ("LISA",))


def test_names_that_are_none_are_told_from_names() -> None:
    for first, last, expected in (
        *[
            (name, "", True)
            for name in ("UNKNOWN", "test", "N/A", "Resident", "<script>x</script>", "x", "---", "Mr.", "{name}")
        ],
        *[
            ("Current", "Resident", True),
            ("Estate", "of John Smith", True),
            ("The Estate of", "", True),
            ("Smith", "Family", True),
        ],
        *[
            (name, "Ng", False)
            for name in ("Ann", "JOSÉ", "J", "O'Neil", "Mary Ann", "Bob & Sue", "Nan Lee", "Testa", "李", "Will")
        ],
        ("", "Ng", False),
        ("Hope", "Trustman", False),
    ):
        assert row_values.is_no_name(first, last) is expected, (first, last)


def test_names_read_wrongly_before_are_counted_and_kept(tmp_path: Path) -> None:
    order = order_of(tmp_path, "first,last,phone\nJosÃ©,MuÃ±oz,4125550101\nJosé,Ng,4125550102\n")
    told = counted.count(order)
    assert (told.garbled, told.garbled_as) == (1, ("JosÃ© MuÃ±oz",))
    assert [row.person.values["first_name"] for row in rows.prepare(order) if row.person] == ["JosÃ©", "José"]
