"""An uploaded file's shape, its plain copy and its columns (SPEC C1, C3)."""

from __future__ import annotations

import asyncio
import contextlib
import glob
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec

from webapp import clock, config
from webapp.database import transactional
from webapp.models.contacts.labels import CustomField
from webapp.models.imports import reading_notes
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.models.long_work import WAITING
from webapp.reader import child
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape
from webapp.reader.shape import Wanted as Wanted  # for routes and commands too
from webapp.reader.surveying import Surveyed
from webapp.rules.contacts import contact_columns

SIGN_OF_LIFE = 5.0  # seconds between two, while a worker reads the file


async def survey(job: ContactImport) -> Shape:
    """How to read the file, surveyed once by the reading process. Raises FileError and FileNotFoundError."""
    copy = plain_copy(job)
    if job.shape is None or not copy.exists():
        if not Path(job.path).is_file():
            raise FileNotFoundError
        async with signs_of_life(job):
            wanted = Wanted(job.sheet_name, job.header_line, job.without_hidden, job.kind == OPT_OUTS)
            surveyed = await child.survey(Path(job.path), copy, wanted)
        await _note_shape(job, surveyed)
    return shape_of(job)


async def header_of_file(path: Path, wanted: Wanted) -> list[str]:
    """The header of a file that is no import yet. Raises FileError."""
    copy = path.with_suffix(".look")
    try:
        surveyed = await child.survey(path, copy, wanted)
    finally:
        copy.unlink(missing_ok=True)
    assert surveyed.shape
    return list(surveyed.shape.header)


def shape_of(job: ContactImport) -> Shape:
    return msgspec.convert(job.shape, Shape)


def header_of(shape: Shape) -> int:
    """The physical line where the header begins; 0 for none."""
    if shape.headless:
        return 0
    return max((line for line, _ in shape.first_lines if line <= shape.header_line), default=shape.header_line)


def folder() -> Path:
    """The folder of uploads and plain copies. A file elsewhere, given to the command, is only read."""
    path = config.settings().data_dir.resolve() / "uploads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def plain_copy(job: ContactImport) -> Path:
    return folder() / f"{job.id}-{Path(job.path).stem[:40]}.plain"


def copies(job: ContactImport) -> list[Path]:
    """The plain copy, and those that were being made when a reading process was killed."""
    copy = plain_copy(job)
    return [copy, *copy.parent.glob(f"{glob.escape(copy.name)}.*")]


@transactional
async def _note_shape(job: ContactImport, surveyed: Surveyed) -> None:
    assert surveyed.shape
    job.shape, job.sheet, job.lines = (
        msgspec.to_builtins(surveyed.shape),
        reading_notes.sheet_read(surveyed.shape)[:300],
        surveyed.shape.lines,
    )
    job.header, job.sample = list(surveyed.shape.header), [list(row) for row in surveyed.shape.sample]
    await job.save(update_fields=["shape", "sheet", "lines", "header", "sample"])


@transactional
async def forget_choices(job: ContactImport, error: FileError) -> bool:
    """Where the file can't be read as somebody chose on the page: reads it once more without those choices, and the
    page asks again with the error. False where nobody had chosen."""
    chosen = job.sheet_name or job.header_line is not None or job.without_hidden
    if not chosen or not job.preview_first or job.user_id is None:
        return False
    asking = ContactImport.filter(id=job.id, status=WAITING)
    why = {"error_code": error.code, "error_message": error.message}
    return bool(await asking.update(sheet_name="", header_line=None, without_hidden=False, shape=None, **why))


@contextlib.asynccontextmanager
async def signs_of_life(job: ContactImport) -> AsyncIterator[None]:
    """Notes every SIGN_OF_LIFE seconds that this import has a worker."""
    over = asyncio.Event()

    async def keep_saying() -> None:
        while not over.is_set():
            await _alive(job)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), SIGN_OF_LIFE)

    task = asyncio.create_task(keep_saying())
    try:
        yield
    finally:
        over.set()
        await task


@transactional
async def _alive(job: ContactImport) -> None:
    await ContactImport.filter(id=job.id).update(seen_at=clock.now())


async def columns_of(
    job: ContactImport, shape: Shape, mapping: dict[str, str] | None = None, flagged: str = contact_columns.REFUSE
) -> contact_columns.Columns | contact_columns.Unclear:
    """The columns, by their names and as chosen by hand. ``mapping``: in place of the stored choice. ``flagged``: as in
    contact_columns.match."""
    chosen = job.mapping if mapping is None else mapping
    if job.kind == OPT_OUTS and shape.headless and len(shape.header) == 1:
        chosen = {"#0": "phone"}  # one column of bare numbers can only be phones
    if job.kind == OPT_OUTS:
        found = contact_columns.every_phone(shape.header, chosen, shape.sample)
    else:
        customs = await _custom_fields(job.campaign_id)
        found = contact_columns.match(shape.header, customs, chosen, shape.sample, flagged)
    if isinstance(found, contact_columns.Unclear) and shape.headless and found.code == "no_phone_column":
        message = "The first row is a person, not a header. Say which column is what."
        return contact_columns.Unclear(found.code, message, found.columns)
    return (
        found
        if isinstance(found, contact_columns.Unclear)
        else replace(found, take_words=job.take_words, take_notes=job.take_notes)
    )


async def _custom_fields(campaign_id: int) -> dict[str, str]:
    found = await CustomField.filter(campaign_id=campaign_id, archived_at=None)
    return {row.slug: row.title for row in found}
