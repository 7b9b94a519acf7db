"""Gathers the numbers a contact could hear from, for `rules/numbers/` to choose (SPEC S3), and how long the queues are (V3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from webapp import clock, database
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.numbers.number import Changes, PhoneNumber
from webapp.rules import window
from webapp.rules.numbers import forecast, local_number
from webapp.rules.numbers.rests import FEW

_FRESH, _STALE = 1.0, 5.0  # seconds a snapshot is used, at least and at most
_SHARE = 20  # it is used this many times as long as it took to read: long queues are counted less often
_snapshots: dict[tuple[int, int], Snapshot] = {}  # by the opening of the database, and campaign


@dataclass
class Snapshot:
    """A campaign's numbers in use: a snapshot 1 to 5 s old plus this process's clicks since, committed or not. So a click
    doesn't count every queue; the worker reads the number itself again before it sends."""

    until: float  # on the steady clock
    changes: int  # Changes.count when it was read
    numbers: dict[int, PhoneNumber]
    queued: dict[int, float]  # number -> segments that wait to leave
    new_today: dict[int, int]  # number with a daily limit -> new contacts since midnight

    def seconds(self, number: PhoneNumber, now: datetime) -> float:
        """Until a text queued now would leave."""
        return number.wait(now) + self.queued.get(number.id, 0.0) / number.rate


async def snapshot(campaign: Campaign) -> Snapshot:
    """The kept snapshot, read again where it is too old or this process changed a number. While one click reads it again,
    others use the old one."""
    key, now = (database.opened(), campaign.id), clock.steady()
    kept = _snapshots.get(key)
    if kept and now < kept.until and kept.changes == Changes.count:
        return kept
    if kept:
        kept.until = now + _FRESH
    changes, numbers = Changes.count, {n.id: n for n in await PhoneNumber.filter(campaign=campaign, retired_at=None)}
    queued, new_today = await _queued_segments(campaign), await _new_today(campaign, numbers)
    until = clock.steady() + min(max(_FRESH, _SHARE * (clock.steady() - now)), _STALE)
    fresh = _snapshots[key] = Snapshot(until, changes, numbers, queued, new_today)
    return fresh


async def number_of(
    campaign: Campaign,
    contact: Contact,
    first: bool = False,
    kept: PhoneNumber | None = None,
    among: Collection[int] = (),
) -> PhoneNumber | None:
    """The number the contact hears from. Once chosen it stays theirs; ``kept`` is that number where it was read
    already. For a ``first`` text a new number replaces one that was given back to Twilio; a conversation that has begun
    ends with its number (1309). ``among``: the ids of numbers to choose from, if not all. None where no number of the
    campaign can send. Counts the chosen number's queue up by one text."""
    if contact.number_id is not None:
        kept = kept or await PhoneNumber.get(id=contact.number_id)
        if kept.released_at is None or not first:
            return kept
    at_hand, now = await snapshot(campaign), clock.now()
    candidates = [
        local_number.Candidate(
            n.id, n.area_code, at_hand.seconds(n, now), n.healthy, at_hand.new_today.get(n.id, 0), n.daily_limit
        )
        for n in at_hand.numbers.values()
        if not among or n.id in among
    ]
    chosen = local_number.choose(candidates, campaign.area_codes)
    if chosen is None:
        return None
    at_hand.queued[chosen.id] = at_hand.queued.get(chosen.id, 0.0) + 1
    at_hand.new_today[chosen.id] = at_hand.new_today.get(chosen.id, 0) + 1
    return at_hand.numbers[chosen.id]


async def number_ids(campaign: Campaign) -> list[int]:
    """Ids of the numbers in use."""
    return [number.id for number in await PhoneNumber.filter(campaign=campaign, retired_at=None)]


async def shortest_queue(campaign: Campaign) -> float | None:
    """Seconds until a text queued now would leave by the freest number; None where no number can send."""
    at_hand, now = await snapshot(campaign), clock.now()
    return min((at_hand.seconds(n, now) for n in at_hand.numbers.values() if n.healthy), default=None)


@dataclass(frozen=True)
class Forecast:
    """When the last of some texts would leave. ``done_at`` is None where nobody can know. ``why`` says the reason:
    "stopped" (or failing, or no worker), "numbers" (none can send, or one with texts is paused), "hours" (queued texts
    will not leave before the hours end, and will need a new tap), "month" (it takes longer than that)."""

    numbers: int  # that can send
    done_at: datetime | None
    why: str = ""


async def done_at(campaign: Campaign, segments: float, stopped: bool = False) -> Forecast:
    """When so many segments would have left, were they clicked now. They leave after the queued ones, by each number at
    its own rate and after its own wait, within the campaign's hours. ``stopped``: nothing leaves now, and nobody knows
    until when."""
    numbers = await PhoneNumber.filter(campaign=campaign, released_at=None)
    queued, now = (await snapshot(campaign)).queued, clock.now()
    used = [n for n in numbers if n.healthy or queued.get(n.id)]
    working = sum(n.healthy for n in numbers)
    if stopped or any(n.failures >= FEW for n in used):
        return Forecast(working, None, "stopped")
    lines = [forecast.Line(n.wait(now), queued.get(n.id, 0.0), n.rate, n.healthy) for n in used]
    seconds = forecast.seconds(lines, segments)
    if seconds is None or not all(n.can_send for n in used):
        return Forecast(working, None, "numbers")
    hours = campaign.opens, campaign.closes, (campaign.timezone,)
    at = forecast.done_at(now, seconds, 1.0, *hours)
    if at and seconds and segments <= 0 and at > window.closes_at(now, *hours):
        return Forecast(working, None, "hours")
    return Forecast(working, at, "" if at else "month")


async def _queued_segments(campaign: Campaign) -> dict[int, float]:
    """Number -> segments that wait to leave. Numbers with an empty queue are left out."""
    found = await database.query(
        "SELECT m.number_id, SUM(m.segments) AS total FROM message m JOIN phone_number n ON n.id = m.number_id"
        " WHERE n.campaign_id = ? AND m.status = 'queued' GROUP BY m.number_id",
        campaign.id,
    )
    return {row["number_id"]: float(row["total"]) for row in found}


async def _new_today(campaign: Campaign, numbers: dict[int, PhoneNumber]) -> dict[int, int]:
    """Number -> contacts who heard from it for the first time since the campaign's midnight; only numbers with a limit."""
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
    """Numbers with a due text that are not paused and whose campaign is not stopped, for the sweep."""
    rows = await database.query(
        "SELECT DISTINCT m.number_id FROM message m JOIN phone_number n ON n.id = m.number_id"
        " JOIN campaign c ON c.id = n.campaign_id"
        " WHERE m.status = 'queued' AND m.due_at <= ? AND c.stopped_at IS NULL AND n.paused_at IS NULL",
        sql_time(clock.now()),
    )
    return [row["number_id"] for row in rows]
