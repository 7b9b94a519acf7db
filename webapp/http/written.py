"""How pages write numbers, money, days and times, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from webapp import clock
from webapp.rules import window
from webapp.words import gettext, language, ngettext

PATTERNS = {  # of dates, as each language writes them
    "en": {"day": "EEEE, MMMM d", "date": "MMM d", "moment": "MMM d, h:mm a", "full": "EEE, MMM d, y, h:mm a z"},
    "es": {
        "day": "EEEE d 'de' MMMM",
        "date": "d 'de' MMM",
        "moment": "d 'de' MMM, h:mm a",
        "full": "EEE d 'de' MMM 'de' y, h:mm a z",
    },
}


def number(value: float) -> str:
    return format_decimal(value, locale=_locale())


def money(ten_thousandths: float, digits: int = 2) -> str:
    return f"${ten_thousandths / 10_000:,.{digits}f}"


def dollars(ten_thousandths: int | None) -> str:
    """As one types it into a field: 250, 0.0125. "" for None."""
    return "" if ten_thousandths is None else f"{ten_thousandths / 10_000:.4f}".rstrip("0").rstrip(".")


def clock_time(at: datetime, zone: str) -> str:
    """10:42 AM in ``zone``."""
    return _clock_time(at.replace(second=0, microsecond=0), zone, _locale())


@lru_cache(maxsize=5_000)
def _clock_time(minute: datetime, zone: str, locale: str) -> str:
    return format_time(minute.astimezone(ZoneInfo(zone)), "short", locale=locale).replace("\u202f", " ")


def clock_times(at: datetime, zones: Iterable[str]) -> str:
    """9:42 AM or 10:42 AM: each time that the zones have at this instant."""
    return _clock_times(at.replace(second=0, microsecond=0), tuple(zones), _locale())


@lru_cache(maxsize=5_000)
def _clock_times(minute: datetime, zones: tuple[str, ...], locale: str) -> str:
    times = [_clock_time(minute, name, locale) for name in window.clocks(minute, zones)]
    return times[0] if len(times) == 1 else format_list(times, style="or-short", locale=locale)


def day(at: datetime, zone: str) -> str:
    """Today, Yesterday, or Monday, September 14."""
    local, today = at.astimezone(ZoneInfo(zone)).date(), clock.now().astimezone(ZoneInfo(zone)).date()
    if local == today:
        return gettext("Today")
    if (today - local).days == 1:
        return gettext("Yesterday")
    return format_date(local, _pattern("day"), locale=_locale())


def date_on(value: date) -> str:
    return format_date(value, _pattern("date"), locale=_locale())


def moment(at: datetime, zone: str, full: bool = False) -> str:
    """Nov 24, 10:42 AM. ``full``: Tue, Nov 24, 2026, 10:42 AM EST."""
    local = at.astimezone(ZoneInfo(zone))
    return format_datetime(local, _pattern("full" if full else "moment"), locale=_locale()).replace("\u202f", " ")


def ago(at: datetime) -> str:
    """The time since, in one unit: now, 12 min, 3 h, 2 days."""
    seconds = max(0, int((clock.now() - at).total_seconds()))
    if seconds < 60:
        return gettext("now")
    if seconds < 3600:
        return gettext("%(n)s min") % {"n": seconds // 60}
    if seconds < 86_400:
        return gettext("%(n)s h") % {"n": seconds // 3600}
    days = seconds // 86_400
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _pattern(of: str) -> str:
    return PATTERNS[language.get()][of]


def _locale() -> str:
    return "es_US" if language.get() == "es" else "en_US"
