"""Jobs that read uploaded lists, and delete old uploads (SPEC C1)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import queue
from webapp.models import long_work
from webapp.models.conversations import making
from webapp.models.imports import forgetting, importing
from webapp.models.imports.job import ContactImport

log = logging.getLogger(__name__)

WORK = 20.0  # seconds; the rest of an upload is the next call's
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


async def resume_imports(ctx: dict[str, Any]) -> None:
    """Uploads whose worker died, or whose first nudge was lost."""
    for import_id in await long_work.abandoned(ContactImport):
        await queue.run_import(import_id)


async def forget_uploads(ctx: dict[str, Any]) -> None:
    """Deletes uploads nobody needs any more: they are people's data."""
    for path in await forgetting.forget_files(KEEP_FILES):
        path.unlink(missing_ok=True)
