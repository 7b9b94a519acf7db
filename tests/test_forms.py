"""What fields of a form read (SPEC S7)."""

from __future__ import annotations

import pytest

from webapp.forms import Form


@pytest.mark.parametrize(
    ("typed", "ten_thousandths"),
    [
        ("0.022", 220),
        ("0,022", 220),
        ("$0,0125", 125),
        ("1,250", 12_500_000),
        ("1,250.50", 12_505_000),
        ("12,50", 125_000),
        ("12.5", 125_000),
        ("250", 2_500_000),
        ("", None),
    ],
)
def test_a_price_with_a_comma_reads_as_one_with_a_point(typed: str, ten_thousandths: int | None) -> None:
    form = Form({"price": typed})
    assert form.dollars("price", "Price") == ten_thousandths and not form.errors


@pytest.mark.parametrize("typed", ["1,25,0", "1.250,50", "-1", "1e3", "free", "0,00001", ",", "300000"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    form = Form({"price": typed})
    assert form.dollars("price", "Price") is None and "price" in form.errors
