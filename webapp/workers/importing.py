"""Jobs that read uploaded lists."""

from __future__ import annotations

from typing import Any

from webapp import queue
from webapp.models import importing, making
from webapp.models.actions import ActionList
from webapp.models.imports import ContactImport

WORK = 5.0  # seconds one job may take; the next one goes on


async def run_import(ctx: dict[str, Any], import_id: int) -> None:
    if await importing.run(import_id, WORK):
        await queue.run_import(import_id)
        return
    job = await ContactImport.get(id=import_id)
    for row in await ActionList.filter(contact_list_id=job.contact_list_id).select_related("action"):
        await making.follow_lists(row.action)
        await queue.make_conversations(row.action.id)


async def resume_imports(ctx: dict[str, Any]) -> None:
    for import_id in await importing.abandoned():
        await queue.run_import(import_id)
