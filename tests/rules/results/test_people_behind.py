"""The people of a number of the results, as forms and addresses name them (SPEC R6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.accounts.user_filter import read as read_users
from webapp.rules.contacts import contact_filter
from webapp.rules.results.people_behind import ERRORS, People, read

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80)


@given(
    st.one_of(
        st.sampled_from(["texted", "silent", "replied", "unreported", "attention", "clicked"]).map(People),  # type: ignore[arg-type]
        WORDS.map(lambda name: People("tag", name)),
        st.tuples(WORDS, WORDS).map(lambda pair: People("field", *pair)),
        st.integers(0, 10**8).map(lambda n: People("script", "", str(n))),
        st.integers(0, 10**8).map(lambda n: People("code", "", str(n))),
        st.sampled_from(ERRORS).map(lambda kind: People("error", "", kind)),
    )
)
def test_people_are_read_as_they_were_named(people: People) -> None:
    assert len(people.key) > 1_000 or read(people.key) == people


@given(st.text(max_size=200))
def test_whatever_stands_in_an_address_names_people_or_nobody(key: str) -> None:
    read(key)


def test_what_names_nobody() -> None:
    for key in (
        "",
        "of=all",
        "of=tag",
        "of=field&value=x",
        "of=script&value=-1",
        "of=code&value=٣",
        "of=error&value=x",
    ):
        assert read(key) is None, key


@pytest.mark.parametrize("read_of", [read, read_users, contact_filter.read], ids=["people", "users", "contacts"])
def test_no_filter_that_an_address_names_holds_a_nul(read_of: Callable[[Any], Any]) -> None:
    """PostgreSQL refuses a statement with one. An address with %2500 brings one past the check of addresses."""
    typed = "of=field&name=a%00b&value=c%00d&q=e%00f&list=%00&email=g%00h&state=%00PA"
    found = read_of(typed if read_of is read else dict(parse_qsl(typed)))
    assert "\x00" not in "".join(str(value) for value in asdict(found).values())
    assert any(one in asdict(found).values() for one in ("cd", "ef"))
