"""The filters of All Users, read from an address and written into one."""

from __future__ import annotations

import pytest

from webapp.rules.accounts import user_filter
from webapp.rules.accounts.user_filter import UserFilter


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("q", "  Amy ", "Amy"),
        ("q", "x" * 200, "x" * 80),
        ("q", "a\x00b", "ab"),
        ("role", "admin", "admin"),
        ("role", "chief", ""),
        ("status", "removed", "removed"),
        ("status", "☃", ""),
        ("list", "7", 7),
        ("list", "-7", 0),
        ("list", "99999999999999", 0),
        ("team", "x", 0),
        ("state", "pa", "PA"),
        ("state", "P%", ""),
        ("zip", "152, 16501", "152,16501"),
        ("zip", "1521%; 999999, ab", "1521"),
        ("language", "es", "es"),
        ("language", "fr", ""),
        ("joined_since", "2026-11-01", "2026-11-01"),
        ("active_until", "yesterday", ""),
        ("active_until", "9999-12-31", ""),
        ("attention", "yes", "yes"),
        ("attention", "maybe", ""),
        ("step", "seen", ""),  # of no action
    ],
)
def test_a_value_is_read_or_ignored(name: str, typed: str, read: object) -> None:
    assert getattr(user_filter.read({name: typed}), name) == read


@pytest.mark.parametrize(("typed", "step"), [("", ("received", True)), ("not_seen", ("seen", False))])
def test_a_step_goes_with_its_action(typed: str, step: tuple[str, bool]) -> None:
    assert user_filter.read({"action": "3", "step": typed}).steps() == step


def test_what_is_written_into_an_address_is_read_back() -> None:
    wanted = UserFilter(q="José", role="admin", list=3, zip="152,16501", action=4, step="not_seen", attention="no")
    assert user_filter.read(wanted.asked()) == wanted
    assert wanted.number == 5 and UserFilter().asked() == {}
