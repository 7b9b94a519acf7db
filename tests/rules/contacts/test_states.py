"""States by name or letters."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import states


@pytest.mark.parametrize(
    ("text", "short"), [("Pennsylvania", "PA"), ("p.a.", "PA"), ("ny", "NY"), ("Nowhere", ""), ("", "")]
)
def test_states_by_name_or_letters(text: str, short: str) -> None:
    assert states.abbreviation(text) == short
