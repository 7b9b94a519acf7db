"""Jobs that read uploaded lists and do work on many contacts."""

from __future__ import annotations

import logging
from typing import Any

from webapp import live, queue
from webapp.models import long_work
from webapp.models.actions.action import ActionList
from webapp.models.bulk import slices
from webapp.models.bulk.job import BulkJob
from webapp.models.conversations import making
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport

log = logging.getLogger(__name__)

WORK = 20.0  # seconds one job may take; the next one goes on
KEEP_FILES = 14  # days after an upload has ended


async def run_import(ctx: dict[str, Any], import_id: int) -> None:
    try:
        more = await importing.take_in(import_id, WORK)
    except Exception:
        log.exception("import %s stumbled", import_id)
        await importing.stumbled(import_id)
        return
    if more:
        await queue.run_import(import_id)
        return
    job = await ContactImport.get(id=import_id)
    for action_id in await making.actions_of_list(job.contact_list_id):
        await queue.make_conversations(action_id)


async def run_bulk_work(ctx: dict[str, Any], work_id: int) -> None:
    try:
        more = await slices.work(work_id, WORK)
    except Exception:
        log.exception("work %s stumbled", work_id)
        await slices.stumbled(work_id)
        return
    if more:
        await queue.run_bulk_work(work_id)
        return
    for user_id in await slices.to_tell(work_id):
        await live.nudge(user_id, "inbox-changed", 0)
    for row in await ActionList.filter(contact_list_id=await slices.list_of(work_id)):
        await queue.make_conversations(row.action_id)


async def resume(ctx: dict[str, Any]) -> None:
    """What lost its worker, or was never heard of."""
    for import_id in await long_work.abandoned(ContactImport):
        await queue.run_import(import_id)
    for work_id in await long_work.abandoned(BulkJob):
        await queue.run_bulk_work(work_id)


async def forget_files(ctx: dict[str, Any]) -> None:
    """Lists are people's data: the files go when they are not needed any more."""
    for path in [*await importing.forgotten(KEEP_FILES), *await slices.forgotten(KEEP_FILES)]:
        path.unlink(missing_ok=True)
