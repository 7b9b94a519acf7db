"""The filters of All Contacts, as an address or a form names them (SPEC C5)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_filter


@pytest.mark.parametrize(
    ("typed", "state"), [("pa", "PA"), ("Alaska", "AK"), ("Missouri", "MO"), ("Maine", "ME"), ("Mars", ""), ("P4", "")]
)
def test_a_state_is_the_one_that_was_meant_or_none(typed: str, state: str) -> None:
    """Its first two letters would be another state's."""
    assert contact_filter.read({"state": typed}).state == state
    assert contact_filter.left_out({"state": typed}, {"state": state} if state else {}, ["state"]) == [
        *([] if state else ["state"])
    ]


@pytest.mark.parametrize("name", ["any_lists", "all_lists", "no_lists"])
def test_more_lists_than_fit_are_no_filter_instead_of_fewer_lists(name: str) -> None:
    some, many = ",".join(["12"] * 100), ",".join(["12"] * 2_000)
    assert getattr(contact_filter.read({name: some}), name) == some
    assert getattr(contact_filter.read({name: many}), name) == ""
