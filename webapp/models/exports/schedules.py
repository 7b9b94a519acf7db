"""Exports that are made again each day or week, at the same hour (SPEC R5)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.exports import run
from webapp.models.exports.job import WEEKLY, Export, ExportSchedule

HOUR = time(6)  # in the campaign's zone: before anybody asks for it


@transactional
async def start(
    by: Membership, kind: str, format: str, which: dict[str, Any], subject: str, every: str
) -> tuple[ExportSchedule, Export]:
    """The first export is made now, the next ones at HOUR, from tomorrow or in a week on. Asked for twice, it is one schedule."""
    await Membership.filter(id=by.id).select_for_update().get()  # they may press twice
    asked = ExportSchedule.filter(
        campaign=by.campaign, user=by.user, kind=kind, format=format, every=every, ended_at=None
    )
    for same in [row for row in await asked if row.which == which]:
        return same, await run.start(by, kind, format, which, subject, same)
    made = await ExportSchedule.create(
        campaign=by.campaign,
        user=by.user,
        kind=kind,
        format=format,
        which=which,
        subject=subject[:200],
        every=every,
        next_at=_next(by.campaign, every, clock.now()),
        created_at=clock.now(),
    )
    await audit.record(by, "export.scheduled", {"schedule": made.id}, subject, kind=kind, every=every)
    return made, await run.start(by, kind, format, which, subject, made)


def _next(campaign: Campaign, every: str, now: datetime) -> datetime:
    day = campaign.local(now).date() + timedelta(days=7 if every == WEEKLY else 1)
    return datetime.combine(day, HOUR, campaign.zone).astimezone(now.tzinfo)


@transactional
async def end(schedule: ExportSchedule, by: Membership) -> None:
    """Files made before stay."""
    if await ExportSchedule.filter(id=schedule.id, ended_at=None).update(ended_at=clock.now()):
        await audit.record(by, "export.schedule_ended", {"schedule": schedule.id}, schedule.subject, kind=schedule.kind)


async def due() -> list[int]:
    return [one.id for one in await ExportSchedule.filter(ended_at=None, next_at__lte=clock.now()).order_by("next_at")]


@transactional
async def begin(schedule_id: int) -> int | None:
    """The export that is begun now; None where another worker began it, or its user may not export any more: then the
    schedule ends."""
    schedule = await ExportSchedule.filter(id=schedule_id).select_for_update().get()
    await schedule.fetch_related("campaign", "user")
    if schedule.ended_at or schedule.next_at > clock.now():
        return None
    by = await Membership.get_or_none(campaign_id=schedule.campaign_id, user_id=schedule.user_id)
    if by is None or not (by.active and by.is_staff and by.exports):
        await ExportSchedule.filter(id=schedule_id).update(ended_at=clock.now())
        await audit.note(
            schedule.campaign,
            None,
            "export.schedule_ended",
            {"schedule": schedule.id},
            schedule.subject,
            kind=schedule.kind,
        )
        return None
    by.campaign, by.user = schedule.campaign, schedule.user
    await ExportSchedule.filter(id=schedule_id).update(next_at=_next(schedule.campaign, schedule.every, clock.now()))
    made = await run.start(by, schedule.kind, schedule.format, schedule.which, schedule.subject, schedule)
    return made.id
