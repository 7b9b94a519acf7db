"""Files of ZIPs and districts (SPEC A9)."""

from __future__ import annotations

import pytest

from webapp.rules.actions import district_file


@pytest.mark.parametrize(
    "text",
    [
        "zip,district\n15213,PA-12\n02139,MA-7\n",
        "\ufeffDistrict;ZIP Code\r\nPA-12;15213\r\nMA-7;2139\r\n",
        "state\tzip5\tcd\nPA\t15213\tPA-12\nMA\t02139\tMA-7\n",
        "15213,PA-12\n02139,MA-7",
        '\n\nzip,district\n15213," PA-12 "\n\n02139-4307,MA-7\n15213,PA-12\n',
    ],
)
def test_a_list_is_read_whatever_its_delimiter_and_order(text: str) -> None:
    found = district_file.read(text)
    assert found.pairs == {("15213", "PA-12"), ("02139", "MA-7")} and not found.refused and not found.error


def test_a_zip_may_lie_in_several_districts() -> None:
    assert len(district_file.read("zip,district\n15213,PA-12\n15213,PA-18\n").pairs) == 2


def test_rows_that_can_not_be_used_are_named_with_their_line() -> None:
    found = district_file.read(f"zip,district\n15213,PA-12\nabc,PA-1\n15213,\n15213\n15213,{'x' * 121}\n")
    assert [line for line, _ in found.refused] == [3, 4, 5, 6]
    assert found.refused[0][1] == "“abc” is no ZIP." and len(found.pairs) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name the columns"),
        ("name,phone\nLisa,4125550101\n", "must name the columns"),
        ("zip,district\n", "No row of this file"),
        ("zip,district\n" + '"' + "x" * 200_000, "o"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_with_the_reason(text: str, words: str) -> None:
    assert words in district_file.read(text).error


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(district_file, "MOST_ROWS", 2)
    assert "more than 2 rows" in district_file.read("zip,district\n" + "15213,PA-12\n" * 4).error
