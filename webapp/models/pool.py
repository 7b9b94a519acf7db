"""Which of the campaign's numbers a contact hears from, and how long the queues ahead are (SPEC S3, V3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp import clock, database
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, sql_time
from webapp.models.numbers import PhoneNumber
from webapp.rules import forecast, local_number

_FRESH = 1.0  # seconds a look at the queues is good for
_looks: dict[int, tuple[float, dict[int, float]]] = {}


async def number_of(campaign: Campaign, contact: Contact, first: bool = False) -> PhoneNumber | None:
    """The number the contact hears from: kept once chosen. For a ``first`` text another one takes the place of one that
    was given back; a conversation ends with it (1309). None: the campaign has none able to send."""
    if contact.number_id is not None:
        kept = await PhoneNumber.get(id=contact.number_id)
        if kept.released_at is None or not first:
            return kept
    numbers = {n.id: n for n in await PhoneNumber.filter(campaign=campaign, retired_at=None)}
    queued, now = await queued_segments(campaign), clock.now()
    candidates = [
        local_number.Candidate(n.id, n.area_code, _seconds(n, queued, now), n.healthy, daily_limit=n.daily_limit)
        for n in numbers.values()
    ]
    chosen = local_number.choose(candidates, campaign.area_codes)
    return numbers[chosen.id] if chosen else None


async def number_ids(campaign: Campaign) -> list[int]:
    return [number.id for number in await PhoneNumber.filter(campaign=campaign, retired_at=None)]


async def shortest_queue(campaign: Campaign) -> float | None:
    """Seconds until a text queued now would leave by the freest number; None where no number can send."""
    numbers = [n for n in await PhoneNumber.filter(campaign=campaign, retired_at=None) if n.healthy]
    queued, now = await queued_segments(campaign), clock.now()
    return min((_seconds(n, queued, now) for n in numbers), default=None)


@dataclass(frozen=True)
class Forecast:
    """When the last of so many texts would leave; ``done_at`` None: not within a month, or no number can send."""

    numbers: int
    done_at: datetime | None


async def done_at(campaign: Campaign, segments: float) -> Forecast:
    """If they were all clicked now: at the numbers' own pace, what waits already first, in the campaign's hours."""
    working = [n for n in await PhoneNumber.filter(campaign=campaign, retired_at=None) if n.healthy]
    waiting = sum((await queued_segments(campaign)).values())
    rate = sum(number.rate for number in working)
    zones = (campaign.timezone,)
    at = forecast.done_at(clock.now(), waiting + segments, rate, campaign.opens, campaign.closes, zones)
    return Forecast(len(working), at)


async def queued_segments(campaign: Campaign) -> dict[int, float]:
    """Number -> segments that wait to leave, as of at most a second ago: clicks don't count the whole queue each."""
    at, seen = _looks.get(campaign.id, (0.0, {}))
    if clock.steady() - at >= _FRESH:
        found = await database.query(
            "SELECT m.number_id, SUM(m.segments) AS total FROM message m JOIN phone_number n ON n.id = m.number_id"
            " WHERE n.campaign_id = ? AND m.status = 'queued' GROUP BY m.number_id", campaign.id,
        )  # fmt: skip
        seen = {row["number_id"]: float(row["total"]) for row in found}
        _looks[campaign.id] = (clock.steady(), seen)
    return seen


async def numbers_with_due_texts() -> list[int]:
    """For the sweep: numbers whose queue has something due and whose campaign may send."""
    rows = await database.query(
        "SELECT DISTINCT m.number_id FROM message m JOIN phone_number n ON n.id = m.number_id"
        " JOIN campaign c ON c.id = n.campaign_id"
        " WHERE m.status = 'queued' AND m.due_at <= ? AND c.stopped_at IS NULL AND n.paused_at IS NULL",
        sql_time(clock.now()),
    )
    return [row["number_id"] for row in rows]


def _seconds(number: PhoneNumber, queued: dict[int, float], now: datetime) -> float:
    return number.wait(now) + queued.get(number.id, 0.0) / number.rate
