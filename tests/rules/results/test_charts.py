"""Pictures from counts by the hour (SPEC R2)."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from webapp.rules.results import charts
from webapp.rules.results.charts import Counted

NEW_YORK = "America/New_York"
TEN_PM = int(datetime(2026, 11, 25, 3, tzinfo=UTC).timestamp()) // 3600  # on Tuesday, in New York


def test_a_night_is_shown_by_the_hour_with_the_hours_in_which_nothing_was_sent() -> None:
    picture = charts.over_time([Counted(TEN_PM + 3, 1, 4), Counted(TEN_PM, 9, 2)], NEW_YORK)
    assert [(bar.at.hour, bar.texts, bar.replies) for bar in picture.bars] == [
        (22, 9, 2),
        (23, 0, 0),
        (0, 0, 0),
        (1, 1, 4),
    ]
    assert picture.most == 9 and not picture.days


def test_a_longer_time_is_shown_by_the_campaign_s_days() -> None:
    picture = charts.over_time([Counted(TEN_PM, 9, 2), Counted(TEN_PM + 72, 1, 0)], NEW_YORK)
    assert picture.days and [(bar.at.day, bar.texts) for bar in picture.bars] == [(24, 9), (25, 0), (26, 0), (27, 1)]


def test_hours_of_the_day_and_weekdays_are_those_of_the_campaign() -> None:
    day, week = (of([Counted(TEN_PM, 9, 2)], NEW_YORK) for of in (charts.of_the_day, charts.of_the_week))
    assert [(bar.at.hour, bar.texts) for bar in day.bars if bar.texts] == [(22, 9)] and len(day.bars) == 24
    assert [bar.at.strftime("%a") for bar in week.bars if bar.replies] == ["Tue"] and len(week.bars) == 7


def test_nothing_yet_is_an_empty_picture() -> None:
    assert charts.over_time([], NEW_YORK).bars == [] and charts.over_time([], NEW_YORK).most == 1


counted = st.builds(
    Counted, st.integers(TEN_PM, TEN_PM + 24 * charts.MOST_DAYS - 48), st.integers(0, 9), st.integers(0, 9)
)


@given(st.lists(counted, max_size=40, unique_by=lambda one: one.hour))
def test_each_picture_shows_every_text_and_reply_once(hours: list[Counted]) -> None:
    for picture in (of(hours, NEW_YORK) for of in (charts.over_time, charts.of_the_day, charts.of_the_week)):
        assert sum(bar.texts for bar in picture.bars) == sum(one.texts for one in hours)
        assert sum(bar.replies for bar in picture.bars) == sum(one.replies for one in hours)
        assert len(picture.bars) <= charts.MOST_DAYS
