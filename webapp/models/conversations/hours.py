"""Which contacts can be texted now: by their clocks (S1) and by the lock after a recent text (S5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp import clock, database
from webapp.database.packed import instant, sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action
from webapp.models.contacts.zones import Zones, ZoneSet, zones_of
from webapp.rules import safeguards, window

START_MARGIN = 10  # minutes a contact must stay textable to be assigned by Start
MOST_KEPT = 1_000
NO_ZONE_SET = -1  # no conversation has it


@dataclass(frozen=True)
class Asleep:
    """A number of people who can't be texted now, and when the first of them can: those on the same clocks or, with
    ``zones`` empty, those locked by S5."""

    zones: tuple[str, ...]
    people: int
    opens_at: datetime | None


async def open_zone_sets(campaign: Campaign, now: datetime, minutes: int = 0) -> list[int | None]:
    """The ids of zone sets whose people may be texted now and for ``minutes`` more. None stands for "no zone known"."""
    return _open_of(await ZoneSet.every(), campaign, now, minutes)


def _open_of(sets: Zones, campaign: Campaign, now: datetime, minutes: int = 0) -> list[int | None]:
    found: Zones = {**sets, None: (campaign.timezone,)}
    return [key for key, zones in found.items() if is_open(campaign, zones, now, minutes)]


_awake: dict[tuple[Any, ...], tuple[Zones, list[int | None]]] = {}  # by the campaign's hours; of the last minute


async def awake_lately(campaign: Campaign, now: datetime) -> list[int | None]:
    """As `open_zone_sets`, without a set that came in the last seconds, and worked out once a minute: for a page, which asks
    again where it finds nobody. The click and the worker ask each contact's own clock."""
    sets, minute = await ZoneSet.lately(), now.replace(second=0, microsecond=0)
    hours = (campaign.timezone, campaign.opens, campaign.closes, minute)
    if (kept := _awake.get(hours)) is None or kept[0] is not sets:
        if len(_awake) >= MOST_KEPT:
            _awake.clear()
        kept = _awake[hours] = sets, _open_of(sets, campaign, now)
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
    """RESTED for a column that holds a contact's id. A subselect: of a NOT EXISTS PostgreSQL makes a join that may read every
    contact."""
    return f"(SELECT {LOCKED} FROM contact k WHERE k.id = {contact_id}) IS NOT TRUE"


def awake_sql(awake: list[int | None], column: str = "zone_set_id") -> str:
    """SQL: the column holds one of these zone sets, or none where "no zone known" is awake."""
    known = ", ".join(str(int(n)) for n in awake if n is not None) or str(NO_ZONE_SET)
    return f"({column} IN ({known})" + (f" OR {column} IS NULL)" if None in awake else ")")


async def asleep(action: Action, user: User | None) -> list[Asleep]:
    """The volunteer's contacts (or the pool's) that can't be texted now, grouped by clock or lock, soonest first."""
    campaign, now = action.campaign, clock.now()
    margin = 0 if user else START_MARGIN
    awake = await open_zone_sets(campaign, now, margin)
    holder = f"user_id = {int(user.id)}" if user else "user_id IS NULL AND NOT with_staff"
    open_ones = f"action_id = ? AND {holder} AND texted_at IS NULL AND closed_code IS NULL"
    rows = await database.query(
        f"SELECT zone_set_id, COUNT(*) AS people FROM conversation WHERE {open_ones} GROUP BY zone_set_id", action.id
    )
    found = []
    for row in rows:
        if row["zone_set_id"] not in awake:
            zones = await zones_of(campaign, row["zone_set_id"])
            found.append(Asleep(zones, int(row["people"]), _opens_after(campaign, zones, now, margin)))
    [locked] = await database.query(
        "SELECT COUNT(*) AS people, MIN(k.last_claimed_at) AS first FROM conversation JOIN contact k ON k.id = contact_id"
        f" WHERE {open_ones} AND {awake_sql(awake, 'conversation.zone_set_id')} AND {LOCKED}",
        action.id,
        sql_time(locked_since(campaign, now)),
    )
    if first := instant(locked["first"]):
        found.append(Asleep((), int(locked["people"]), first + safeguards.LOCK))
    return sorted(found, key=lambda group: group.opens_at or datetime.max.replace(tzinfo=now.tzinfo))


def _opens_after(campaign: Campaign, zones: tuple[str, ...], now: datetime, margin: int) -> datetime | None:
    """A window that closes within the margin counts as closed: it opens the next day."""
    late = timedelta(minutes=margin) if is_open(campaign, zones, now) else timedelta()
    return opens_next(campaign, zones, now + late)


def opens_next(campaign: Campaign, zones: tuple[str, ...], now: datetime) -> datetime | None:
    """The next instant at which the campaign's and the law's window are both open on these clocks."""
    start, end = max(campaign.opens, window.LEGAL_START), min(campaign.closes, window.LEGAL_END)
    return window.opens_at(now, start, end, zones)
