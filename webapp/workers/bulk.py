"""Runs bulk jobs (SPEC C5)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import live, queue
from webapp.models import long_work
from webapp.models.actions.action import ActionList
from webapp.models.bulk import slices
from webapp.models.bulk.job import BulkJob

log = logging.getLogger(__name__)

WORK = 20.0  # seconds; the rest of a bulk job is the next call's


async def run_bulk(ctx: dict[str, Any], job_id: int) -> None:
    try:
        more = await slices.work(job_id, WORK)
    except Exception:
        log.exception("bulk job %s stumbled", job_id)
        await slices.stumbled(job_id)
        return
    if more:
        await queue.run_bulk(job_id)
        return
    for user_id in await slices.users_to_nudge(job_id):
        await live.nudge(user_id, "inbox-changed", 0)
    for row in await ActionList.filter(contact_list_id=await slices.grown_list(job_id)):
        await queue.make_conversations(row.action_id)


async def resume_bulk(ctx: dict[str, Any]) -> None:
    """Bulk jobs whose worker died, or whose first nudge was lost."""
    for job_id in await long_work.abandoned(BulkJob):
        await queue.run_bulk(job_id)
