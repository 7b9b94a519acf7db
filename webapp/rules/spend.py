"""The cost of texts, by Twilio's price where it is known (SPEC S11). Money is in ten-thousandths of a dollar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

ENOUGH = 20  # segments, or MMS, with a known price, before their mean stands for the others


@dataclass(frozen=True)
class Priced:
    """Texts of one action and price. ``price``: of each text, as Twilio writes it ("-0.01250"); blank until known."""

    action_id: int
    price: str
    mms: bool
    texts: int
    segments: int


def told(price: str) -> int | None:
    """``price`` as an amount; None where it is blank or no number."""
    try:
        amount = abs(Decimal(price)) * 10_000
    except InvalidOperation:
        return None
    return round(amount) if amount.is_finite() else None


def by_action(priced: Sequence[Priced], segment_price: int, mms_price: int) -> dict[int, int]:
    """Action -> cost. A text without a price costs the mean of the known ones, an SMS a segment and an MMS as a whole; the
    campaign's price until ENOUGH are known."""
    a_segment, an_mms = _mean(priced, False, segment_price), _mean(priced, True, mms_price)
    spent: dict[int, float] = defaultdict(float)
    for one in priced:
        price = told(one.price)
        if price is not None:
            spent[one.action_id] += price * one.texts
        else:
            spent[one.action_id] += an_mms * one.texts if one.mms else a_segment * one.segments
    return {action_id: round(cost) for action_id, cost in spent.items()}


def _mean(priced: Sequence[Priced], mms: bool, until_known: int) -> float:
    """Of the known prices of a segment, or of an MMS."""
    known = [(g, price) for g in priced if g.mms is mms and (price := told(g.price)) is not None]
    units = sum(g.texts if mms else g.segments for g, _ in known)
    return sum(price * g.texts for g, price in known) / units if units >= ENOUGH else until_known


def new_cap(before: int | None, after: int | None) -> dict[str, Any]:
    """The columns to write for a daily cap of ``after``. A changed cap counts from now on, so what the old one paused goes
    on."""
    return {"daily_cap": after} | ({"capped_on": None} if after != before else {})


def word(price: int | None) -> str:
    """Ten-thousandths of a dollar as a page can show them; blank for none."""
    return "" if price is None else f"${price / 10_000:,.4f}"
