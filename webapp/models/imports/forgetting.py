"""Uploads are people's data. They are deleted when nobody needs them any more (SPEC C1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from webapp import clock
from webapp.database import transactional
from webapp.models.imports import reading
from webapp.models.imports.job import ASKING, ContactImport, RefusedRow
from webapp.models.long_work import CANCELLED, RUNNING, WAITING


async def forget_files(days: int) -> list[Path]:
    """Imports that ended ``days`` ago lose their first rows, refused cells and files; imports that have asked as long
    are cancelled. Returns the files in the uploads folder, for the caller to delete."""
    since = clock.now() - timedelta(days=days)
    await _give_up(since)
    ended = await ContactImport.filter(ended_at__lte=since).exclude(path="")
    in_use = {job.path for job in await ContactImport.filter(status__in=(WAITING, RUNNING, ASKING))}
    gone = [job for job in ended if job.path not in in_use]
    await _forget([job.id for job in gone])
    files = [path for job in gone for path in (Path(job.path), *reading.copies(job))]
    return [path for path in files if path.parent == reading.folder()]


@transactional
async def _give_up(since: datetime) -> None:
    asking = ContactImport.filter(status=ASKING, created_at__lt=since)
    await asking.update(status=CANCELLED, ended_at=since)


@transactional
async def _forget(import_ids: list[int]) -> None:
    await ContactImport.filter(id__in=import_ids or [0]).update(path="", sample=[], shape=None, counted=None)
    await RefusedRow.filter(contact_import_id__in=import_ids or [0]).update(cells=[], raw_phone="")
