"""Which contacts can be texted now: by their clocks (S1) and by the lock after a recent text (S5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.zones import Zones, ZoneSet
from webapp.rules import safeguards, window

START_MARGIN = 10  # minutes a contact must stay textable to be assigned by Start
MOST_KEPT = 1_000
NO_ZONE_SET = -1  # no conversation has it


async def open_zone_sets(campaign: Campaign, now: datetime, minutes: int = 0) -> list[int | None]:
    """The ids of zone sets whose people may be texted now and for ``minutes`` more. None stands for "no zone known"."""
    return _open_of(await ZoneSet.every(), campaign, now, minutes)


def _open_of(sets: Zones, campaign: Campaign, now: datetime, minutes: int) -> list[int | None]:
    found: Zones = {**sets, None: (campaign.timezone,)}
    return [key for key, zones in found.items() if is_open(campaign, zones, now, minutes)]


_awake: dict[tuple[Any, ...], tuple[Zones, list[int | None]]] = {}  # by the campaign's hours; of the last minute


async def awake_lately(campaign: Campaign, now: datetime, minutes: int = 0) -> list[int | None]:
    """As `open_zone_sets`, but worked out once a minute and without a set that is seconds old. For pages and Start,
    which ask again where they find nobody. The click and the worker ask each contact's own clock."""
    sets, minute = await ZoneSet.lately(), now.replace(second=0, microsecond=0)
    hours = (campaign.timezone, campaign.opens, campaign.closes, minute, minutes)
    if (kept := _awake.get(hours)) is None or kept[0] is not sets:
        if len(_awake) >= MOST_KEPT:
            _awake.clear()
        kept = _awake[hours] = sets, _open_of(sets, campaign, now, minutes)
    return kept[1]


def is_open(campaign: Campaign, zones: tuple[str, ...], now: datetime, minutes: int = 0) -> bool:
    ours = window.open_for(now, minutes, campaign.opens, campaign.closes, zones)
    return ours and window.open_for(now, minutes, window.LEGAL_START, window.LEGAL_END, zones)


def locked_since(campaign: Campaign, now: datetime) -> datetime:
    """Contacts to whom a text of ours was claimed after this instant get no first text now (S5)."""
    return now - safeguards.LOCK if campaign.outbound_lock else now


# The same as SQL, of a contact ``k``; the parameter is `locked_since`. Null, so not true, where no text was claimed yet
LOCKED = "k.last_claimed_at > ?"
RESTED = f"({LOCKED}) IS NOT TRUE"


def rested_sql(contact_id: str) -> str:
    """RESTED for a column that holds a contact's id. It is a subselect, since PostgreSQL turns NOT EXISTS into a join
    that may read every contact."""
    return f"(SELECT {LOCKED} FROM contact k WHERE k.id = {contact_id}) IS NOT TRUE"


def awake_sql(awake: list[int | None], column: str = "zone_set_id") -> str:
    """SQL: the column holds one of these zone sets, or none where "no zone known" is awake."""
    known = ", ".join(str(int(n)) for n in awake if n is not None) or str(NO_ZONE_SET)
    return f"({column} IN ({known})" + (f" OR {column} IS NULL)" if None in awake else ")")


def opens_next(campaign: Campaign, zones: tuple[str, ...], now: datetime) -> datetime | None:
    """The next instant at which the campaign's and the law's window are both open on these clocks."""
    start, end = max(campaign.opens, window.LEGAL_START), min(campaign.closes, window.LEGAL_END)
    return window.opens_at(now, start, end, zones)
