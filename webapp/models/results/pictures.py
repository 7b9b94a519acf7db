"""The numbers behind the pictures of View Results: over time, the funnel, delivery, by hour and weekday (SPEC R2). Out of kept counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from webapp.models import hourly
from webapp.models.actions.action import Action
from webapp.rules.results import charts


@dataclass(frozen=True)
class Pictures:
    """``funnel``: people who are texted or still to be (those whose first text is queued too), texted, who replied, whose report was filed. ``delivery``: of the texts
    Twilio took, those delivered, those that were not, and those without a report of a carrier so far."""

    over_time: charts.Picture
    of_the_day: charts.Picture
    of_the_week: charts.Picture
    funnel: tuple[int, int, int, int]
    delivery: tuple[int, int, int]


async def of_action(action: Action, counted: Counter[str], queued: int) -> Pictures:
    """``queued``: first texts that wait to be sent."""
    hours = await hourly.of_action(action.id)
    found = [charts.Counted(one.hour, one.initials + one.follow_ups, one.responses) for one in hours]
    zone = action.campaign.timezone
    delivered, lost = sum(one.delivered for one in hours), sum(one.undelivered for one in hours)
    taken, texted = sum(one.texts for one in found), counted["initials"]
    return Pictures(
        over_time=charts.over_time(found, zone),
        of_the_day=charts.of_the_day(found, zone),
        of_the_week=charts.of_the_week(found, zone),
        funnel=(texted + queued + counted["remaining"], texted, counted["replied"], counted["reported"]),
        delivery=(delivered, lost, taken - delivered - lost),
    )
