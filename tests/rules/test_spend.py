"""The cost of texts."""

from __future__ import annotations

import pytest

from webapp.rules.spend import Priced, by_action, told


@pytest.mark.parametrize(
    ("price", "cost"),
    [
        ("-0.00790", 79),
        ("-0.0158", 158),
        ("0.0125", 125),
        ("", None),
        ("free", None),
        ("NaN", None),
        ("-Infinity", None),
    ],
)
def test_twilio_s_price_is_read_as_it_writes_it(price: str, cost: int | None) -> None:
    assert told(price) == cost


def test_texts_cost_the_campaign_s_price_until_twilio_says_otherwise() -> None:
    priced = [Priced(1, "", False, 10, 20), Priced(1, "", True, 2, 2), Priced(2, "", False, 1, 1)]
    assert by_action(priced, 125, 220) == {1: 20 * 125 + 2 * 220, 2: 125}


def test_enough_known_prices_correct_the_unknown_ones() -> None:
    known, unknown = Priced(1, "-0.01000", False, 20, 20), Priced(2, "", False, 10, 30)
    assert by_action([known, unknown], 125, 220) == {1: 2_000, 2: 3_000}


def test_a_few_known_prices_correct_nothing_but_themselves() -> None:
    known, unknown = Priced(1, "-0.01000", False, 19, 19), Priced(2, "", False, 1, 1)
    assert by_action([known, unknown], 125, 220) == {1: 1_900, 2: 125}


def test_known_prices_of_mms_correct_those_of_mms_only() -> None:
    known = Priced(1, "-0.03000", True, 20, 20)
    priced = [known, Priced(2, "", True, 5, 5), Priced(2, "", False, 2, 3)]
    assert by_action(priced, 125, 220) == {1: 6_000, 2: 5 * 300 + 3 * 125}
    few = [Priced(1, "-0.03000", True, 19, 19), Priced(2, "", True, 5, 5)]
    assert by_action(few, 125, 220) == {1: 5_700, 2: 5 * 220}
