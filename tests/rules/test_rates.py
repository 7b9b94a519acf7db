"""Rates, how sure they are, and who wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import rates


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    # worked by hand from Wilson's formula with z = 1.96
    [(0, 10, 0.0, 0.27753), (5, 10, 0.23659, 0.76341), (10, 10, 0.72247, 1.0), (120, 1000, 0.10129, 0.14162)],
)
def test_a_rate_says_how_sure_it_is(hits: int, tries: int, low: float, high: float) -> None:
    rate = rates.Rate(hits, tries)
    assert rate.low == pytest.approx(low, abs=2e-4) and rate.high == pytest.approx(high, abs=2e-4)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400)), min_size=1, max_size=5))
def test_a_winner_is_above_all_others_and_nobody_wins_alone(pairs: list[tuple[int, int]]) -> None:
    made = [rates.Rate(min(hits, tries), tries) for hits, tries in pairs]
    winner = rates.best(made)
    assert winner is None or (
        len(made) > 1 and all(made[winner].value > r.value for n, r in enumerate(made) if n != winner)
    )
    assert all(r.low <= r.value <= r.high for r in made)


def test_the_same_rate_twice_is_no_winner() -> None:
    assert rates.best([rates.Rate(30, 100), rates.Rate(31, 100)]) is None
    assert rates.best([rates.Rate(300, 1000), rates.Rate(400, 1000)]) == 1
    assert rates.best([rates.Rate(0, 0), rates.Rate(1, 1)]) is None
