"""Each minute the worker looks whether carriers filter more, and tells the pages of the staff (SPEC R7)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp import clock, live
from webapp.database import transaction
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.deliveries import DeliveryTally, hour_of
from webapp.workers import numbers


async def test_a_warning_is_told_to_the_staff_s_pages_when_it_begins(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    async def hear(campaign_id: int, news: live.News) -> None:
        told.append(campaign_id)

    monkeypatch.setattr(live, "nudge_staff", hear)
    await transaction(
        lambda: DeliveryTally.create(
            campaign_id=cast.meyer.id,
            hour=hour_of(clock.now()),
            number_id=cast.number.id,
            action_id=cast.action.id,
            code=30007,
            texts=30,
        )
    )
    await numbers.tend({})
    await numbers.tend({})
    assert told == [cast.meyer.id] and await CarrierWarning.all().count() == 1
