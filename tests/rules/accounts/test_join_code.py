"""Join codes as people type them."""

from __future__ import annotations

import pytest

from webapp.rules.accounts import join_code


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("482913", "482913"),
        (" 482 913 ", "482913"),
        ("abcdefgh", "ABCDEFGH"),
        ("ABCD EFGH", "ABCDEFGH"),
        ("482-913", ""),
        ("48291", ""),
        ("abcdefg", ""),
        ("abcdef12", ""),
        ("", ""),
        ("\x00" * 6, ""),
        ("４８２９１３", ""),
    ],
)
def test_a_code_is_read_as_it_is_stored_or_is_none(typed: str, read: str) -> None:
    assert join_code.read(typed) == read


def test_six_digits_are_easily_guessed_and_eight_letters_are_not() -> None:
    assert join_code.easily_guessed("482913") and not join_code.easily_guessed("ABCDEFGH")
    assert len(join_code.LETTERS) ** join_code.LETTERS_OF_CODE > 10**10
