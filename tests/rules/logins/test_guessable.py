"""Passwords that are refused, and that nothing else is (ASVS 5.0, 6.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.logins import guessable
from webapp.rules.logins.guessable import COMMON, LEAST, LONG, MOST, OWN, PATTERN, SHORT

OWN_WORDS = ("Selina Meyer", "Meyer for Senate", "selina@example.org", "+14125550177")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x7!kd93mq0z", SHORT),
        ("lots of words " * 10, LONG),
        ("qwertyuiop12", COMMON),
        ("Philadelphia", COMMON),
        ("Sunshine 2026", COMMON),
        ("footballfootball", PATTERN),
        ("abcabcabcabc", PATTERN),
        ("nopqrstuvwxyz", PATTERN),
        ("98765432109876543210", PATTERN),
        ("            ", PATTERN),
        ("SelinaMeyer2026", OWN),
        ("Meyer for Senate 26", OWN),
        ("selina@example.org", OWN),
        ("+1 412 555 0177", OWN),
        ("meyerpassword1", OWN),
        ("textbank2026", OWN),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, reason: str) -> None:
    assert guessable.why(password, OWN_WORDS) == reason


@pytest.mark.parametrize(
    "password",
    [
        "a long password",
        "correct horse battery staple",
        "Selina likes long walks",
        "kx9q-tb2m-hw7v",
        "пароль для сенатора",
        "🐎🔋📎✅🌍🌵🎷🚲🧭🪐🥁🗿",
        "!~%^)=@#(;:/",
        "lowercase letters only",
        "4071 8826 3390 5512",
        "x7!kd93mq0zz",
    ],
)
def test_any_kind_of_characters_will_do(password: str) -> None:
    assert guessable.why(password, OWN_WORDS) is None


def test_every_common_password_that_is_long_enough_is_refused_in_any_case() -> None:
    long_ones = [word for word in guessable.common().decode().split("\n") if LEAST <= len(word) <= MOST]
    assert len(long_ones) > 40_000
    assert [
        word for word in long_ones[::97] if guessable.why(word) is None or guessable.why(word.upper()) is None
    ] == []


def test_the_list_holds_the_commonest_hundred_thousand() -> None:
    assert guessable.common().count(b"\n") > 100_000
    assert all(guessable.is_common(word) for word in ("123456", "password", "qwerty", "iloveyou", "letmein"))


@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=4))
def test_any_text_gets_an_answer(password: str, own: list[str]) -> None:
    reason = guessable.why(password, own)
    assert (reason == SHORT) == (len(password) < LEAST) and (reason == LONG) == (len(password) > MOST)
