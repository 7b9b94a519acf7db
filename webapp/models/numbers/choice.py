"""Which of the campaign's numbers a contact hears from, and how long the queues ahead are (SPEC S3, V3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp import clock, database
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.numbers.number import Changes, PhoneNumber
from webapp.rules.numbers import forecast, local_number

_FRESH, _STALE = 1.0, 5.0  # seconds a look is good for, at least and at most
_SHARE = 20  # times as long as it took: a long queue is counted less often
_snapshots: dict[tuple[int, int], Snapshot] = {}  # by the opening of the database, and campaign


@dataclass
class Snapshot:
    """A campaign's numbers in use, the segments that wait at each, and the new contacts of today of those with a limit: as
    of a second ago, or of up to five where counting takes long, and what this process has added since, as it was clicked,
    if it was stored or not. A click doesn't read them all; the worker asks the number itself once more."""

    until: float  # steady clock
    changes: int
    numbers: dict[int, PhoneNumber]
    queued: dict[int, float]
    new_today: dict[int, int]

    def seconds(self, number: PhoneNumber, now: datetime) -> float:
        return number.wait(now) + self.queued.get(number.id, 0.0) / number.rate


async def snapshot(campaign: Campaign) -> Snapshot:
    """One click looks anew; those that come meanwhile go by the look before, unless a number was changed here."""
    key, now = (database.opened(), campaign.id), clock.steady()
    seen = _snapshots.get(key)
    if seen and now < seen.until and seen.changes == Changes.seen:
        return seen
    if seen:
        seen.until = now + _FRESH
    changes, numbers = Changes.seen, {n.id: n for n in await PhoneNumber.filter(campaign=campaign, retired_at=None)}
    queued, new_today = await _queued_segments(campaign), await _new_today(campaign, numbers)
    until = clock.steady() + min(max(_FRESH, _SHARE * (clock.steady() - now)), _STALE)
    seen = _snapshots[key] = Snapshot(until, changes, numbers, queued, new_today)
    return seen


async def number_of(
    campaign: Campaign, contact: Contact, first: bool = False, kept: PhoneNumber | None = None
) -> PhoneNumber | None:
    """The number the contact hears from: kept once chosen (``kept``, where it was read already). For a ``first`` text
    another one takes the place of one that was given back; a conversation ends with it (1309). None: the campaign has
    none able to send."""
    if contact.number_id is not None:
        kept = kept or await PhoneNumber.get(id=contact.number_id)
        if kept.released_at is None or not first:
            return kept
    seen, now = await snapshot(campaign), clock.now()
    candidates = [
        local_number.Candidate(
            n.id, n.area_code, seen.seconds(n, now), n.healthy, seen.new_today.get(n.id, 0), n.daily_limit
        )
        for n in seen.numbers.values()
    ]
    chosen = local_number.choose(candidates, campaign.area_codes)
    if chosen is None:
        return None
    seen.queued[chosen.id] = seen.queued.get(chosen.id, 0.0) + 1
    seen.new_today[chosen.id] = seen.new_today.get(chosen.id, 0) + 1
    return seen.numbers[chosen.id]


async def number_ids(campaign: Campaign) -> list[int]:
    return [number.id for number in await PhoneNumber.filter(campaign=campaign, retired_at=None)]


async def shortest_queue(campaign: Campaign) -> float | None:
    """Seconds until a text queued now would leave by the freest number; None where no number can send."""
    seen, now = await snapshot(campaign), clock.now()
    return min((seen.seconds(n, now) for n in seen.numbers.values() if n.healthy), default=None)


@dataclass(frozen=True)
class Forecast:
    """When the last of so many texts would leave; ``done_at`` None: not within a month, or no number can send."""

    numbers: int
    done_at: datetime | None


async def done_at(campaign: Campaign, segments: float) -> Forecast:
    """If they were all clicked now: at the numbers' own pace, what waits already first, in the campaign's hours."""
    seen = await snapshot(campaign)
    working = [n for n in seen.numbers.values() if n.healthy]
    waiting = sum(seen.queued.values())
    rate = sum(number.rate for number in working)
    zones = (campaign.timezone,)
    at = forecast.done_at(clock.now(), waiting + segments, rate, campaign.opens, campaign.closes, zones)
    return Forecast(len(working), at)


async def _queued_segments(campaign: Campaign) -> dict[int, float]:
    """Number -> segments that wait to leave."""
    found = await database.query(
        "SELECT m.number_id, SUM(m.segments) AS total FROM message m JOIN phone_number n ON n.id = m.number_id"
        " WHERE n.campaign_id = ? AND m.status = 'queued' GROUP BY m.number_id",
        campaign.id,
    )
    return {row["number_id"]: float(row["total"]) for row in found}


async def _new_today(campaign: Campaign, numbers: dict[int, PhoneNumber]) -> dict[int, int]:
    """Number -> people who hear from it since the campaign's midnight and had not before; only numbers with a limit."""
    limited = [str(int(n.id)) for n in numbers.values() if n.daily_limit is not None]
    if not limited:
        return {}
    found = await database.query(
        "SELECT m.number_id, COUNT(DISTINCT m.contact_id) AS people FROM message m WHERE m.kind = 'initial'"
        f" AND m.number_id IN ({', '.join(limited)}) AND (m.taken_at >= ? OR m.status IN ('queued', 'sending', 'unknown'))"
        " AND NOT EXISTS (SELECT 1 FROM message e WHERE e.contact_id = m.contact_id AND e.number_id = m.number_id"
        " AND e.id < m.id AND e.direction = 'out' AND e.status NOT IN ('cancelled', 'refused'))"
        " GROUP BY m.number_id",
        sql_time(campaign.midnight(clock.now())),
    )
    return {row["number_id"]: int(row["people"]) for row in found}


async def numbers_with_due_texts() -> list[int]:
    """For the sweep: numbers whose queue has something due and whose campaign may send."""
    rows = await database.query(
        "SELECT DISTINCT m.number_id FROM message m JOIN phone_number n ON n.id = m.number_id"
        " JOIN campaign c ON c.id = n.campaign_id"
        " WHERE m.status = 'queued' AND m.due_at <= ? AND c.stopped_at IS NULL AND n.paused_at IS NULL",
        sql_time(clock.now()),
    )
    return [row["number_id"] for row in rows]
