"""Noise warns nobody, and a real rise is said (SPEC R7)."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.rules.carriers import advice
from webapp.rules.carriers.rising import FEW, FLOOR, MOST, NOISE, Share, chance, rises, usual

NOTHING = Share(0, 0)


@st.composite
def shares(draw: st.DrawFn, most: int = 2_000) -> Share:
    texts = draw(st.integers(0, most))
    return Share(draw(st.integers(0, texts)), texts)


def exactly(hits: int, tries: int, share: float) -> float:
    """The chance of at least so many hits, counted way by way."""
    return sum(comb(tries, n) * share**n * (1 - share) ** (tries - n) for n in range(hits, tries + 1))


@pytest.mark.parametrize("share", [0.01, 0.03])
@pytest.mark.parametrize(("hits", "tries"), [(5, 5), (5, 60), (9, 100), (30, 300), (3, 40)])
def test_the_chance_is_that_of_counting_every_way(hits: int, tries: int, share: float) -> None:
    assert chance(hits, tries, share) == pytest.approx(exactly(hits, tries, share), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), shares(), st.floats(0, 1))
def test_a_true_share_that_is_usual_warns_in_one_of_ten_thousand_looks_at_most(
    texts: int, before: Share, part: float
) -> None:
    warned = [filtered for filtered in range(texts + 1) if rises(Share(filtered, texts), before)]
    if warned:  # every number from the least that warns
        assert warned == list(range(warned[0], texts + 1))
        assert exactly(warned[0], texts, usual(before) * part) <= NOISE


@given(shares(), shares())
def test_the_same_share_or_less_warns_nobody_up_to_the_limit_of_numbers(lately: Share, before: Share) -> None:
    if lately.texts and lately.filtered <= lately.texts * min(max(before.rate.value, FLOOR), MOST):
        assert not rises(lately, before)
    if lately.filtered < FEW:
        assert not rises(lately, before)


@given(shares(), shares(), st.integers(1, 50))
def test_more_filtered_before_never_makes_a_warning_and_more_filtered_now_never_ends_one(
    lately: Share, before: Share, more: int
) -> None:
    worse_before = Share(min(before.filtered + more, before.texts), before.texts)
    assert rises(lately, before) or not rises(lately, worse_before)
    worse_now = Share(min(lately.filtered + more, lately.texts), lately.texts)
    assert not rises(lately, before) or rises(worse_now, before)


@pytest.mark.parametrize(
    ("lately", "before", "said"),
    [
        (Share(12, 80), Share(1, 900), True),
        (Share(5, 40), NOTHING, True),  # a new script, from its first texts
        (Share(4, 4), NOTHING, False),
        (Share(3, 300), Share(3, 300), False),
        (Share(30, 1000), Share(25, 1000), False),
        (Share(60, 1000), Share(600, 10_000), True),  # not more than before, but more than any number may have
        (Share(20_000, 1_000_000), Share(10_000, 1_000_000), True),
        (Share(0, 0), Share(9, 10), False),
    ],
)
def test_what_is_said_of_these(lately: Share, before: Share, said: bool) -> None:
    assert rises(lately, before) is said


def test_advice_depends_on_the_error() -> None:
    assert "change the words" in advice.of(advice.SCRIPT, 30007) and "Pause the number" in advice.of(
        advice.NUMBER, 30007
    )
    assert "tomorrow" in advice.of(advice.SCRIPT, 30023) == advice.of(advice.NUMBER, 30022)
    assert "block these texts" in advice.of(advice.NUMBER, 30004)
