"""Why an action gives out no card now, and when it will (SPEC V3, S10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from webapp import clock, database
from webapp.database.packed import instant, sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import hours
from webapp.models.numbers import choice
from webapp.rules import safeguards, window

Refusal = Literal["setup", "stopped", "paused", "cap", "ended", "queue", "no_number", "script", "sender", "text"]


@dataclass(frozen=True)
class Closed:
    """Why Start is refused. ``minutes``: the length of the queue ahead, where that is the reason. ``lacks``: variables of
    a first text that this sender or the campaign has no value for, where that is the reason."""

    why: Refusal
    minutes: int = 0
    lacks: tuple[str, ...] = ()


async def why_closed(action: Action) -> Closed | None:
    """Why Start is refused now; None where it is open (SPEC V3, S10)."""
    campaign, now = action.campaign, clock.now()
    if not campaign.set_up:
        return Closed("setup")
    if why := action.first_texts_stopped(now):
        return Closed(cast(Refusal, why))
    seconds = await choice.shortest_queue(campaign)
    if seconds is None:
        return Closed("no_number")
    left = (window.closes_at(now, campaign.opens, campaign.closes, (campaign.timezone,)) - now).total_seconds()
    if seconds > campaign.queue_limit_minutes * 60 or 0 < left < seconds:
        return Closed("queue", int(seconds // 60) + 1)
    return None


@dataclass(frozen=True)
class Asleep:
    """A number of people who can't be texted now, and when the first of them can: those on the same clocks or, with
    ``zones`` empty, those locked by S5."""

    zones: tuple[str, ...]
    people: int
    opens_at: datetime | None


async def asleep(action: Action, user: User | None) -> list[Asleep]:
    """The volunteer's contacts (or the pool's) that can't be texted now, grouped by clock or lock, soonest first."""
    campaign, now = action.campaign, clock.now()
    margin = 0 if user else hours.START_MARGIN
    awake = await hours.open_zone_sets(campaign, now, margin)
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
        f" WHERE {open_ones} AND {hours.awake_sql(awake, 'conversation.zone_set_id')} AND {hours.LOCKED}",
        action.id,
        sql_time(hours.locked_since(campaign, now)),
    )
    if first := instant(locked["first"]):
        found.append(Asleep((), int(locked["people"]), first + safeguards.LOCK))
    return sorted(found, key=lambda group: group.opens_at or datetime.max.replace(tzinfo=now.tzinfo))


def _opens_after(campaign: Campaign, zones: tuple[str, ...], now: datetime, margin: int) -> datetime | None:
    """A window that closes within the margin counts as closed: it opens the next day."""
    late = timedelta(minutes=margin) if hours.is_open(campaign, zones, now) else timedelta()
    return hours.opens_next(campaign, zones, now + late)
