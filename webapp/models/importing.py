"""A list becomes contacts: slices of rows, each one transaction that also moves the import's cursor (SPEC C1, C2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from webapp import clock, database
from webapp.database import transactional
from webapp.models import storing
from webapp.models.campaign import Campaign
from webapp.models.contacts import ContactList
from webapp.models.imports import ASKING, CANCELLED, DONE, FAILED, OVER, RUNNING, WAITING, ContactImport
from webapp.models.labels import CustomField
from webapp.models.people import User
from webapp.rules import contact_columns, list_file

SLICE = 200  # rows a transaction: the site's own writes wait no longer than that
SAMPLE_ROWS = 5


@transactional
async def begin(campaign: Campaign, list_name: str, path: Path, file_name: str, user: User | None) -> ContactImport:
    """A file on disk waits to be read into a list; a list of that name is added to."""
    found = await ContactList.filter(campaign=campaign, name=list_name).first()
    rows = found or await ContactList.create(campaign=campaign, name=list_name, created_at=clock.now())
    return await ContactImport.create(
        campaign=campaign,
        contact_list=rows,
        user=user,
        file_name=file_name[:200],
        path=str(path),
        created_at=clock.now(),
    )


async def run(import_id: int, seconds: float) -> bool:
    """Takes rows in for so long; True where there is more to do. Resumes where the last one got to."""
    job = await ContactImport.get(id=import_id).select_related("campaign", "contact_list")
    if job.over or job.status == ASKING:
        return False
    try:
        with Path(job.path).open("rb") as file:
            return await _run(job, file, clock.steady() + seconds)
    except list_file.FileError as error:
        await _fail(job, error.code, error.message)
    except OSError:
        await _fail(job, "file_gone", "The uploaded file is not there any more. Upload it again.")
    return False


async def _run(job: ContactImport, file: BinaryIO, deadline: float) -> bool:
    shape = list_file.survey(file)
    columns = contact_columns.match(shape.header, await _custom_fields(job.campaign), job.mapping)
    if isinstance(columns, contact_columns.Unclear):
        await _ask(job, file, shape, columns)
        return False
    await _started(job, shape, columns)
    rows = list_file.records(file, shape, job.cursor)
    while clock.steady() < deadline:
        if not await _take(job, rows, columns):
            return False
    return True


async def _take(job: ContactImport, rows: Iterator[list_file.Record], columns: contact_columns.Columns) -> bool:
    """One slice; False where it was the last, or someone else works on this import, or it was cancelled."""
    part = list(islice(rows, SLICE))
    if not part:
        await _finish(job)
        return False
    return await _store(job, part, columns)


@transactional
async def _store(job: ContactImport, part: list[list_file.Record], columns: contact_columns.Columns) -> bool:
    fresh = await ContactImport.filter(id=job.id).select_for_update().get()
    await fresh.fetch_related("campaign", "contact_list")
    if fresh.status != RUNNING or fresh.cursor != job.cursor:
        return False
    counted = await storing.store(fresh, part, columns)
    for name, number in counted.items():
        setattr(fresh, name, getattr(fresh, name) + number)
    fresh.cursor, fresh.seen_at = part[-1].line, clock.now()
    await fresh.save()
    job.cursor = fresh.cursor
    return True


async def _custom_fields(campaign: Campaign) -> dict[str, str]:
    rows = await CustomField.filter(campaign=campaign, archived_at=None)
    return {row.slug: row.title for row in rows}


@transactional
async def _started(job: ContactImport, shape: list_file.Shape, columns: contact_columns.Columns) -> None:
    job.status, job.lines, job.seen_at = RUNNING, shape.lines, clock.now()
    job.started_at = job.started_at or clock.now()
    job.header, job.left_out = list(shape.header), list(columns.unknown)
    changed = ["status", "lines", "seen_at", "started_at", "header", "left_out"]
    if await ContactImport.filter(id=job.id, status__in=(WAITING, RUNNING)).exists():
        await job.save(update_fields=changed)


@transactional
async def _ask(job: ContactImport, file: BinaryIO, shape: list_file.Shape, unclear: contact_columns.Unclear) -> None:
    """The page asks which column is the phone; nothing is stored until someone says."""
    people = (r.cells for r in list_file.records(file, shape) if not r.blank)
    job.status, job.header, job.lines = ASKING, list(shape.header), shape.lines
    job.sample = [[cell[:80] for cell in cells] for cells in islice(people, SAMPLE_ROWS)]
    job.error_code, job.error_message = unclear.code, unclear.message
    if unclear.code == "no_phone_column" and list_file.looks_like_data(shape.header):
        job.error_message = "The first row is a person, not a header. Add a row of column names, one of them phone."
    await job.save()


@transactional
async def answer(job: ContactImport, mapping: dict[str, str]) -> None:
    """Someone said which column is what; the job goes on."""
    job.mapping, job.status, job.error_code, job.error_message = mapping, WAITING, "", ""
    await job.save(update_fields=["mapping", "status", "error_code", "error_message"])


@transactional
async def cancel(job: ContactImport) -> bool:
    """No further row is taken in; what is in stays in, and the page says how much. False where it was over."""
    ended = (
        await ContactImport.filter(id=job.id).exclude(status__in=OVER).update(status=CANCELLED, ended_at=clock.now())
    )
    await _forget(job)
    return bool(ended)


@transactional
async def _finish(job: ContactImport) -> None:
    ended = await ContactImport.filter(id=job.id, status=RUNNING, cursor=job.cursor).update(
        status=DONE, ended_at=clock.now()
    )
    if ended:
        await _forget(job)


@transactional
async def _fail(job: ContactImport, code: str, message: str) -> None:
    job.status, job.error_code, job.error_message, job.ended_at = FAILED, code, message, clock.now()
    await job.save(update_fields=["status", "error_code", "error_message", "ended_at"])
    await _forget(job)


async def _forget(job: ContactImport) -> None:
    """The list's size is counted once, and the phones of the file need not be remembered any more."""
    await database.query("DELETE FROM imported_phone WHERE import_id = ?", job.id)
    await database.query(
        "UPDATE contact_list SET size = (SELECT COUNT(*) FROM list_membership WHERE contact_list_id = ?) WHERE id = ?",
        job.contact_list_id,
        job.contact_list_id,
    )


async def abandoned() -> list[int]:
    """Imports whose worker is gone, or whose first nudge was lost."""

    since = clock.now() - timedelta(seconds=30)
    running = await ContactImport.filter(status=RUNNING, seen_at__lt=since)
    waiting = await ContactImport.filter(status=WAITING, created_at__lt=since)
    return [job.id for job in (*running, *waiting)]
