"""States by name or letters."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import states


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Pennsylvania", "PA"),
        ("p.a.", "PA"),
        ("ny", "NY"),
        ("Penn.", "PA"),
        ("Québec", "QC"),
        ("Washington, D.C.", "DC"),
        ("Washington DC", "DC"),
        ("US-PA", "PA"),
        ("US-XX", ""),
        ("PA - Pennsylvania", "PA"),
        ("Pennsylvania (PA)", "PA"),
        ("NY - New Jersey", ""),
        ("PA/NJ", ""),
        ("Nuevo México", "NM"),
        ("Carolina del Norte", "NC"),
        ("Calif.", "CA"),
        ("N. Dak.", "ND"),
        ("W. Va.", "WV"),
        ("P. A.", "PA"),
        ("42", ""),
        ("Nowhere", ""),
        ("", ""),
    ],
)
def test_states_by_name_or_letters(text: str, short: str) -> None:
    assert states.abbreviation(text) == short


def test_a_short_form_stands_for_one_state_alone() -> None:
    """Each is the beginning of its state's name, or of its words, so that none is another's by a slip."""
    for short, letters in states.SHORT.items():
        if letters == "DC":
            continue  # Washington is its city
        name = next(name for name, own in states.NAMES.items() if own == letters)
        first = [word[0] for word in name.split()]
        assert short.split()[0][0] in first or short.startswith(("us ", "u s ", "so ", "no ")), short
