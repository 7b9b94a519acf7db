"""Exports begun, and made in slices. A slice's rows are read first; then one short transaction writes them to the file and
moves the cursor, so that a click waits for no reading (SPEC R5)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from webapp import clock, config
from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.exports import sources, writing
from webapp.models.exports.job import Export, ExportSchedule
from webapp.models.exports.sources import Source
from webapp.models.long_work import DONE, RUNNING, Pace

FEW = 100  # an export of fewer contacts, picked by hand, is shown on their pages
STAGE = "lines"  # the suffix of the file a workbook is made of
SIGN_OF_LIFE = 5.0  # seconds
SMALLEST, LARGEST = 250, 2_000  # rows a slice: each costs a transaction and a look at the disk, however small it is


@transactional
async def start(
    by: Membership, kind: str, format: str, which: dict[str, Any], subject: str, schedule: ExportSchedule | None = None
) -> Export:
    """Begins an export with its audit note. It holds the rows that exist now, and none newer."""
    own = await sources.own_columns(by.campaign, kind)
    made = await Export.create(
        campaign=by.campaign,
        user=by.user,
        schedule=schedule,
        kind=kind,
        format=format,
        which=which,
        subject=subject[:200],
        columns=own,
        through=await Source(by.campaign, kind, which).newest(),
        created_at=clock.now(),
    )
    noted = {} if "ids" in which else which
    await audit.record(by, "export.started", _about(made), subject, kind=kind, format=format, **noted)
    return made


def _about(made: Export) -> audit.About:
    """The export, the action or the list whose rows it holds, and the contacts where it is of a few that were picked."""
    filtered, picked = made.which.get("filter", {}), made.which.get("ids", [])
    action, of_list = made.which.get("action") or filtered.get("action"), filtered.get("list")
    return {
        "export": made.id,
        "schedule": [made.schedule_id] if made.schedule_id else [],
        "action": [int(action)] if action else [],
        "list": [int(of_list)] if of_list else [],
        "contact": picked if len(picked) <= FEW else [],
    }


@transactional
async def cancel(job: Export, by: Membership) -> None:
    if await long_work.cancel(job):
        await audit.record(by, "export.cancelled", {"export": job.id}, job.subject, kind=job.kind)


def source_of(job: Export) -> Source:
    """``job``: with its campaign."""
    return Source(job.campaign, job.kind, job.which, job.columns)


def file_of(job: Export) -> Path:
    """The finished file. Its name tells nobody what is in it."""
    return _folder() / f"{job.id}.{job.format}"


def _folder() -> Path:
    return config.settings().data_dir.resolve() / "exports"


def _growing(job: Export) -> Path:
    return _folder() / f"{job.id}.{STAGE if job.is_workbook else job.format}"


async def work(export_id: int, seconds: float) -> bool:
    """Does slices for ``seconds``, one at least, from where the last worker stopped. True while rows are left."""
    job = await Export.get(id=export_id).select_related("campaign")
    pace, deadline = Pace(LARGEST, SMALLEST), clock.steady() + seconds
    while not _written(job):
        job = await pace.take(_slice(job, pace.size))
        if clock.steady() >= deadline:
            return not _written(job)
    return False


def _written(job: Export) -> bool:
    """Are all rows in the file?"""
    return job.over or (job.started_at is not None and job.cursor >= job.through)


async def _slice(job: Export, size: int) -> Export:
    """The job after this slice. Nothing changes where another worker took it, or someone cancelled the job."""
    source, zone = source_of(job), job.campaign.zone
    rows, cursor = await source.rows(job.cursor, job.through, size)
    data = writing.body(job.format, source.columns, rows, zone)
    if not job.bytes:
        data = writing.head(job.format, source.columns, title(job.kind)) + data
    return await _commit(job, cursor, len(rows), data)


@transactional
async def _commit(read: Export, cursor: int, rows: int, data: bytes) -> Export:
    job = await Export.filter(id=read.id).select_for_update().get()
    job.campaign = read.campaign
    if job.over or (job.cursor, job.bytes) != (read.cursor, read.bytes):
        return job
    job.status, job.stumbles, job.seen_at = RUNNING, 0, clock.now()
    job.started_at = job.started_at or job.seen_at
    try:
        job.bytes = writing.append(_growing(job), job.bytes, data)
        job.cursor, job.done = cursor, job.done + rows
    except writing.Shorter:
        job.bytes = job.cursor = job.done = 0
    await job.save(update_fields=["status", "stumbles", "seen_at", "started_at", "bytes", "cursor", "done"])
    return job


def title(kind: str) -> str:
    named = {"van_upload": "VAN upload", "pdi_upload": "PDI upload"}
    return named.get(kind, kind.replace("_", " ").capitalize())


@contextlib.asynccontextmanager
async def kept_alive(job: Export) -> AsyncIterator[None]:
    """Other workers see that somebody works on it."""

    async def signs() -> None:
        while True:
            await _seen(job)
            await asyncio.sleep(SIGN_OF_LIFE)

    signing = asyncio.create_task(signs())
    try:
        yield
    finally:
        signing.cancel()


@transactional
async def _seen(job: Export) -> None:
    await Export.filter(id=job.id).update(seen_at=clock.now())


async def lines_of(export_id: int) -> tuple[Export, Path]:
    """The lines a workbook is made of."""
    job = await Export.get(id=export_id)
    return job, _growing(job)


@transactional
async def finish(export_id: int) -> bool:
    """The file is whole. False where the export was over before."""
    job = await Export.filter(id=export_id).select_for_update().get()
    if job.over:
        return False
    job.status, job.ended_at, job.path = DONE, clock.now(), str(file_of(job))
    await job.save(update_fields=["status", "ended_at", "path"])
    return True


async def stumbled(export_id: int) -> None:
    await long_work.stumbled(Export, export_id, "A fault of the site stopped this export. Its log says more.")


async def old_files(days: int) -> list[Path]:
    """Files of exports that ended ``days`` ago, for the caller to delete."""
    ended = await Export.filter(ended_at__lt=clock.now() - timedelta(days=days)).exclude(path="")
    return [Path(job.path) for job in ended]


@transactional
async def forget(paths: list[Path]) -> None:
    """These files are deleted: nobody is offered them any more."""
    await Export.filter(path__in=[str(path) for path in paths] or ["-"]).update(path="")


async def leftovers() -> list[Path]:
    """Files that cancelled and failed exports left behind."""
    over = (
        await Export.filter(status__in=(long_work.CANCELLED, long_work.FAILED), bytes__gt=0)
        .order_by("-id")
        .limit(1_000)
    )
    return [path for job in over if (path := _growing(job)).exists()]
