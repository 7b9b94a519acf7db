"""Work on many contacts, done in slices: each is one transaction that also moves the work's cursor (SPEC C5)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.bulk import operations
from webapp.models.bulk.job import ASSIGN, LIST, BulkJob
from webapp.models.contacts import many_at_once, search
from webapp.models.long_work import DONE, RUNNING, Pace
from webapp.rules.contacts import contact_filter

Which = contact_filter.Filter | list[int]


async def number(campaign: Campaign, which: Which) -> int:
    """For how many it is; counted before the transaction that begins it."""
    return len(which) if isinstance(which, list) else await search.count(campaign, which, exactly=True)


@transactional
async def begin(
    campaign: Campaign, user: User, kind: str, which: Which, what: dict[str, Any], subject: str = "", total: int = 0
) -> BulkJob:
    """``which``: contacts ticked by hand, or whom a filter finds when their slice comes, of those who are here now."""
    if isinstance(which, list):
        selection: dict[str, Any] = {"ids": sorted(set(which))}
    else:
        selection = {"filter": which.asked(), "through": await search.newest(campaign)}
    return await BulkJob.create(
        campaign=campaign,
        user=user,
        kind=kind,
        which=selection,
        what=what,
        subject=subject[:200],
        total=total or await number(campaign, which),
        created_at=clock.now(),
    )


async def work(work_id: int, seconds: float) -> bool:
    """Works for so long; True where there is more to do. Resumes where the last one got to."""
    work = await BulkJob.get(id=work_id)
    pace, deadline = Pace(), clock.steady() + seconds
    while not work.over:
        if clock.steady() > deadline:
            return True
        try:
            work = await pace.take(_slice(work_id, work.cursor, pace.size))
        except operations.Impossible as reason:
            await long_work.fail(work, str(reason))
            return False
    return False


@transactional
async def _slice(work_id: int, cursor: int, size: int) -> BulkJob:
    """The work after it. Where someone else took this slice, or it was cancelled, it is left alone."""
    work = await BulkJob.filter(id=work_id).select_for_update().get()
    await work.fetch_related("campaign", "user")
    if work.over or work.cursor != cursor:
        return work
    ids = await _next_ids(work, size)
    now = clock.now()
    work.status, work.started_at, work.seen_at = RUNNING, work.started_at or now, now
    if ids:
        await many_at_once.lock_contacts(ids)
        work.changed += await operations.apply(work, ids)
        work.stumbles = 0
        work.done += len(ids)
        work.cursor = ids[-1]
    else:
        work.status, work.ended_at = DONE, now
    await work.save()
    return work


async def _next_ids(work: BulkJob, size: int) -> list[int]:
    if "ids" in work.which:
        mine = [n for n in work.which["ids"] if n > work.cursor][:size]
        return await search.own(work.campaign, mine)
    wanted = contact_filter.read(work.which["filter"])
    return await search.ids(work.campaign, wanted, work.cursor, work.which["through"], size)


async def stumbled(work_id: int) -> None:
    await long_work.stumbled(BulkJob, work_id, "A fault of the site stopped this; its log says more.")


async def to_tell(work_id: int) -> list[int]:
    """Users whose inbox an assignment changed."""
    work = await BulkJob.get(id=work_id)
    return [*work.what["users"], *work.what.get("touched", [])] if work.kind == ASSIGN else []


async def list_of(work_id: int) -> int:
    """The list that work added people to; 0 where there is none."""
    work = await BulkJob.get(id=work_id)
    return work.what["list"] if work.kind == LIST else 0


@transactional
async def forgotten(days: int) -> list[Path]:
    """Finished files that have waited for their owner long enough."""
    ended = await BulkJob.filter(ended_at__lt=clock.now() - timedelta(days=days)).exclude(path="")
    await BulkJob.filter(id__in=[work.id for work in ended] or [0]).update(path="")
    return [Path(work.path) for work in ended]
