"""Work on many contacts, done in slices: each is one transaction that also moves the work's cursor (SPEC C5)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models import deeds, finding
from webapp.models.bulk import ASSIGN, CANCELLED, DONE, FAILED, LIST, OVER, RUNNING, WAITING, BulkWork
from webapp.models.campaign import Campaign
from webapp.models.people import User
from webapp.rules import contact_filter

FIRST_SLICE, SMALLEST_SLICE, LARGEST_SLICE = 100, 20, 1_000  # contacts a transaction
SLICE_SECONDS = 0.04
REST = 0.25
GONE = timedelta(seconds=30)


@transactional
async def begin(
    campaign: Campaign, user: User, kind: str, which: contact_filter.Filter | list[int], what: dict[str, Any], subject: str = ""
) -> BulkWork:  # fmt: skip
    """``which``: contacts ticked by hand, or everyone a filter finds now. Those who come later are not meant."""
    if isinstance(which, list):
        selection: dict[str, Any] = {"ids": sorted(set(which))}
        total = len(selection["ids"])
    else:
        selection = {"filter": which.asked(), "through": await finding.newest(campaign)}
        total = await finding.count(campaign, which, exactly=True)
    return await BulkWork.create(
        campaign=campaign, user=user, kind=kind, which=selection, what=what, subject=subject[:200], total=total,
        created_at=clock.now(),
    )  # fmt: skip


async def run(work_id: int, seconds: float) -> bool:
    """Works for so long; True where there is more to do. Resumes where the last one got to."""
    work = await BulkWork.get(id=work_id)
    size, deadline = FIRST_SLICE, clock.steady() + seconds
    while not work.over:
        began = clock.steady()
        if began > deadline:
            return True
        try:
            work = await _slice(work_id, work.cursor, size)
        except deeds.Impossible as reason:
            await _fail(work_id, str(reason))
            return False
        took = clock.steady() - began
        size = int(min(max(size * SLICE_SECONDS / max(took, 0.001), SMALLEST_SLICE), size * 1.5, LARGEST_SLICE))
        await asyncio.sleep(took * REST)
    return False


@transactional
async def _slice(work_id: int, cursor: int, size: int) -> BulkWork:
    """The work after it. Where someone else took this slice, or it was cancelled, it is left alone."""
    work = await BulkWork.filter(id=work_id).select_for_update().get()
    await work.fetch_related("campaign", "user")
    if work.over or work.cursor != cursor:
        return work
    ids = await _next_ids(work, size)
    now = clock.now()
    work.status, work.started_at, work.seen_at = RUNNING, work.started_at or now, now
    if ids:
        work.changed += await deeds.do(work, ids)
        work.done += len(ids)
        work.cursor = ids[-1]
    else:
        work.status, work.ended_at = DONE, now
    await work.save()
    return work


async def _next_ids(work: BulkWork, size: int) -> list[int]:
    if "ids" in work.which:
        mine = [n for n in work.which["ids"] if n > work.cursor][:size]
        return await finding.own(work.campaign, mine)
    wanted = contact_filter.read(work.which["filter"])
    return await finding.ids(work.campaign, wanted, work.cursor, work.which["through"], size)


@transactional
async def cancel(work: BulkWork) -> bool:
    """What is done stays done, and the page says for how many. False where it was over."""
    return bool(
        await BulkWork.filter(id=work.id).exclude(status__in=OVER).update(status=CANCELLED, ended_at=clock.now())
    )


@transactional
async def _fail(work_id: int, reason: str) -> None:
    found = BulkWork.filter(id=work_id).exclude(status__in=OVER)
    await found.update(status=FAILED, error_message=reason, ended_at=clock.now())


async def abandoned() -> list[int]:
    """Work whose worker is gone, or whose first nudge was lost."""
    since = clock.now() - GONE
    open_ones = await BulkWork.filter(status__in=(WAITING, RUNNING))
    return [work.id for work in open_ones if (work.seen_at or work.created_at) < since]


async def to_tell(work_id: int) -> list[int]:
    """Users whose inbox an assignment changed."""
    work = await BulkWork.get(id=work_id)
    return [*work.what["users"], *work.what.get("touched", [])] if work.kind == ASSIGN else []


async def list_of(work_id: int) -> int:
    """The list that work added people to; 0 where there is none."""
    work = await BulkWork.get(id=work_id)
    return work.what["list"] if work.kind == LIST else 0


async def forgotten(days: int) -> list[Path]:
    """Finished files that have waited for their owner long enough."""
    ended = await BulkWork.filter(ended_at__lt=clock.now() - timedelta(days=days)).exclude(path="")
    return [path for work in ended if (path := Path(work.path)).exists()]
