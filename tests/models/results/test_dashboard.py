"""The dashboard's spend by day, and running actions of several campaigns at once (SPEC R6, S11)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from webapp import clock
from webapp.database import transaction
from webapp.models.results import dashboard
from webapp.models.sending import caps
from webapp.models.spending import QUARTER, SpendTally


async def spend(cast: Cast, at: datetime, texts: int, price: str = "", action_id: int | None = None) -> None:
    where = cast.action.id if action_id is None else action_id
    row: dict[str, Any] = {
        "campaign_id": cast.meyer.id,
        "quarter": int(at.timestamp()) // QUARTER,
        "price": price,
        "action_id": where,
    }
    await transaction(lambda: SpendTally.create(**row, user_id=texts, texts=texts, segments=texts))


@pytest.mark.both
async def test_spend_is_told_by_the_campaign_s_days_also_over_a_change_of_clocks(cast: Cast) -> None:
    clock.freeze(datetime(2026, 11, 2, 17, 0, tzinfo=UTC))  # on November 1 New York's clocks went back
    await spend(cast, datetime(2026, 11, 2, 4, 45, tzinfo=UTC), 3)  # 11:45 PM of the 1st
    await spend(cast, datetime(2026, 11, 2, 5, 0, tzinfo=UTC), 5)  # midnight of the 2nd
    await spend(cast, datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 7)  # midnight of the 1st, in summer time
    await spend(cast, datetime(2026, 11, 1, 3, 45, tzinfo=UTC), 11)
    await spend(cast, datetime(2026, 10, 27, 3, 45, tzinfo=UTC), 13)  # of the 26th, which is too long ago
    week = await dashboard.week(cast.meyer)
    assert [(day, spent.texts) for day, spent in week.days[:3]] == [
        (date(2026, 11, 2), 5),
        (date(2026, 11, 1), 10),
        (date(2026, 10, 31), 11),
    ]
    assert len(week.days) == dashboard.DAYS and [(a and a.id, s.texts) for a, s in week.actions] == [
        (cast.action.id, 26)
    ]


@pytest.mark.both
async def test_the_week_s_last_day_is_today_s_spend(cast: Cast) -> None:
    now = clock.now()
    await spend(cast, now, 2, "-0.02")
    await spend(cast, now, 3, action_id=0)
    await spend(cast, now - timedelta(days=1), 100)
    week = await dashboard.week(cast.meyer)
    today = await caps.today(cast.meyer)
    assert week.days[0][1].cost == sum(today.values()) == 400 + 3 * 125
    assert [(action and action.id, spent.cost) for action, spent in week.actions] == [
        (cast.action.id, 400 + 100 * 125),
        (None, 375),
    ]


@pytest.mark.both
async def test_several_campaigns_cost_as_many_statements_as_one(cast: Cast) -> None:
    await spend(cast, clock.now(), 2)
    with statements() as one:
        alone = await dashboard.running([cast.meyer]), await caps.today_of([cast.meyer])
    with statements() as two:
        both = await dashboard.running([cast.meyer, cast.ryan]), await caps.today_of([cast.meyer, cast.ryan])
    assert len(one) == len(two) and both[1] == {cast.meyer.id: {cast.action.id: 250}, cast.ryan.id: {}}
    assert alone[0][cast.meyer.id] == both[0][cast.meyer.id] and both[0][cast.ryan.id] == []
    assert await dashboard.running([]) == {} == await caps.today_of([])
