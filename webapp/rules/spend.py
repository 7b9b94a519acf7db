"""The cost of texts, by Twilio's price where it is known (SPEC S11). Money is in ten-thousandths of a dollar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

ENOUGH = 20  # segments with a known price, before their mean stands for the others


@dataclass(frozen=True)
class Group:
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


def by_action(groups: Sequence[Group], segment_price: int, mms_price: int) -> dict[int, int]:
    """Action -> cost. An SMS without a price costs the known ones' mean a segment, or ``segment_price`` until ENOUGH
    are known."""
    known = [(g, price) for g in groups if not g.mms and (price := told(g.price)) is not None]
    segments = sum(g.segments for g, _ in known)
    seen = sum(price * g.texts for g, price in known) / segments if segments >= ENOUGH else segment_price
    spent: dict[int, float] = defaultdict(float)
    for group in groups:
        price = told(group.price)
        if price is not None:
            spent[group.action_id] += price * group.texts
        else:
            spent[group.action_id] += mms_price * group.texts if group.mms else seen * group.segments
    return {action_id: round(cost) for action_id, cost in spent.items()}


def new_cap(before: int | None, after: int | None) -> dict[str, Any]:
    """The columns to write for a daily cap of ``after``. A changed cap counts from now on, so what the old one paused goes
    on."""
    return {"daily_cap": after} | ({"capped_on": None} if after != before else {})


def word(price: int | None) -> str:
    """Ten-thousandths of a dollar as a page can show them; blank for none."""
    return "" if price is None else f"${price / 10_000:,.4f}"
