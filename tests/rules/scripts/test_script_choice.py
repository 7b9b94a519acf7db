"""Which script a contact gets: even and reproducible (SPEC A2)."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.scripts import script_choice


@given(st.integers(1, 6), st.integers(0, 5000), st.text(max_size=5))
def test_picks_are_even_and_reproducible(scripts: int, start: int, seed: str) -> None:
    block = start - start % scripts
    picks = [script_choice.pick(seed, block + n, scripts) for n in range(scripts * 3)]
    assert Counter(picks) == Counter(dict.fromkeys(range(scripts), 3))
    assert picks == [script_choice.pick(seed, block + n, scripts) for n in range(scripts * 3)]
