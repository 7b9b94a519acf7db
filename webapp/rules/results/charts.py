"""The pictures of View Results, made of counts by the hour (SPEC R2). Each is a list of bars, which a page draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

Key = TypeVar("Key")
BY_HOUR = 48  # hours: a picture of a longer time has a bar for each day
MOST_DAYS = 92  # of a longer time the newest are shown


@dataclass(frozen=True)
class Counted:
    """The counts of one hour. ``hour``: hours since 1970."""

    hour: int
    texts: int
    replies: int


@dataclass(frozen=True)
class Bar:
    """``at``: the local time at which the bar begins. A bar for an hour of the day or for a weekday has some time with that hour or
    weekday."""

    at: datetime
    texts: int
    replies: int


@dataclass(frozen=True)
class Picture:
    """``most``: the highest number, at least 1. ``days``: a bar is a day, not an hour."""

    bars: list[Bar]
    days: bool = False

    @property
    def most(self) -> int:
        return max([1, *(max(bar.texts, bar.replies) for bar in self.bars)])


def over_time(hours: Iterable[Counted], zone: str) -> Picture:
    """A bar for each hour, or for each day where that would be more than BY_HOUR bars, also where nothing was sent."""
    found = sorted(hours, key=lambda one: one.hour)
    if not found:
        return Picture([])
    if found[-1].hour - found[0].hour < BY_HOUR:
        texts, replies = _sums((one.hour, one) for one in found)
        every = range(found[0].hour, found[-1].hour + 1)
        return Picture([Bar(_local(hour, zone), texts[hour], replies[hour]) for hour in every])
    texts_of, replies_of = _sums((_local(one.hour, zone).date(), one) for one in found)
    last = max(texts_of.keys() | replies_of.keys())
    first = max(min(texts_of.keys() | replies_of.keys()), last - timedelta(days=MOST_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Picture([Bar(_morning(day, zone), texts_of[day], replies_of[day]) for day in days], days=True)


def of_the_day(hours: Iterable[Counted], zone: str) -> Picture:
    """24 bars, the first for the hour from midnight."""
    texts, replies = _sums((_local(one.hour, zone).hour, one) for one in hours)
    midnight = _morning(date(2026, 1, 5), zone)
    return Picture([Bar(midnight.replace(hour=n), texts[n], replies[n]) for n in range(24)])


def of_the_week(hours: Iterable[Counted], zone: str) -> Picture:
    """Seven bars, from Monday on."""
    texts, replies = _sums((_local(one.hour, zone).weekday(), one) for one in hours)
    monday = date(2026, 1, 5)
    return Picture([Bar(_morning(monday + timedelta(days=n), zone), texts[n], replies[n]) for n in range(7)], days=True)


def _sums(pairs: Iterable[tuple[Key, Counted]]) -> tuple[Counter[Key], Counter[Key]]:
    texts, replies = Counter[Key](), Counter[Key]()
    for key, one in pairs:
        texts[key] += one.texts
        replies[key] += one.replies
    return texts, replies


def _local(hour: int, zone: str) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone))


def _morning(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
