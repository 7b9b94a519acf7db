"""Lines of e-mails and phones."""

from __future__ import annotations

import pytest

from webapp.rules.accounts import people_lines

AMY, PHONE = "amy@example.org", "+14125550177"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("amy@example.org", [(AMY,)]),
        (" AMY@Example.org \r\n412-555-0177\r", [(AMY,), (PHONE,)]),
        ("Name,E-mail\nAmy,amy@example.org", [(AMY,)]),
        ("Name;E-mail;Phone\nAmy;amy@example.org;(412) 555-0177", [(AMY, PHONE)]),
        ("Phone\tE-mail\n412.555.0177\tamy@example.org", [(AMY, PHONE)]),
        ('"Brookheimer, Amy","Amy <amy@example.org>"', [(AMY,)]),
        ('"Amy,amy@example.org\nDan,412-555-0177', [(AMY,), (PHONE,)]),
        ("\n\n  \namy@example.org\n", [(AMY,)]),
        ("amy@example.org\nnobody\n", [(AMY,), ()]),
        ("E-mail\n", []),
        ("", []),
        ("\x00a\x00", []),
    ],
)
def test_each_line_names_somebody(text: str, keys: list[tuple[str, ...]]) -> None:
    assert [line.keys for line in people_lines.read(text)] == keys


@pytest.mark.parametrize("data", ["José, amy@x.org".encode(c) for c in ("utf-8", "utf-8-sig", "utf-16", "cp1252")])
def test_what_spreadsheets_write_is_read(data: bytes) -> None:
    assert people_lines.decoded(data) == "José, amy@x.org"


def test_a_line_says_its_number_and_a_long_one_is_cut() -> None:
    found = people_lines.read("E-mail\nx" + "y" * 5_000)
    assert [(line.number, len(line.text)) for line in found] == [(2, 200)]
