"""An uploaded file's shape, its plain copy and its columns (SPEC C1, C3)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from webapp import clock, config
from webapp.database import transactional
from webapp.models.contacts.labels import CustomField
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.reader import child, text
from webapp.reader.surveying import Surveyed
from webapp.rules.contacts import contact_columns

SIGN_OF_LIFE = 5.0  # seconds between two, while a worker reads the file


async def survey(job: ContactImport) -> text.Shape:
    """How to read the file, surveyed once by the reading process. Raises FileError and FileNotFoundError."""
    copy = plain_copy(job)
    if job.shape is None or not copy.exists():
        if not Path(job.path).is_file():
            raise FileNotFoundError
        async with signs_of_life(job):
            surveyed = await child.survey(Path(job.path), copy)
        await _note_shape(job, surveyed)
    return shape_of(job)


def shape_of(job: ContactImport) -> text.Shape:
    return msgspec.convert(job.shape, text.Shape)


def folder() -> Path:
    """The folder of uploads and plain copies. A file elsewhere, given to the command, is only read."""
    path = config.settings().data_dir.resolve() / "uploads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def plain_copy(job: ContactImport) -> Path:
    return folder() / f"{job.id}-{Path(job.path).stem[:40]}.plain"


@transactional
async def _note_shape(job: ContactImport, surveyed: Surveyed) -> None:
    assert surveyed.shape
    job.shape, job.sheet, job.lines = msgspec.to_builtins(surveyed.shape), surveyed.sheet[:300], surveyed.shape.lines
    job.header, job.sample = list(surveyed.shape.header), [list(row) for row in surveyed.shape.sample]
    await job.save(update_fields=["shape", "sheet", "lines", "header", "sample"])


@contextlib.asynccontextmanager
async def signs_of_life(job: ContactImport) -> AsyncIterator[None]:
    """Says every SIGN_OF_LIFE seconds that this import has a worker."""
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
    job: ContactImport, shape: text.Shape, mapping: dict[str, str] | None = None
) -> contact_columns.Columns | contact_columns.Unclear:
    """By the columns' names, and by hand. ``mapping``: in place of the stored choice."""
    chosen = job.mapping if mapping is None else mapping
    if job.kind == OPT_OUTS and shape.headless and len(shape.header) == 1:
        chosen = {"#0": "phone"}  # one column of bare numbers can only be phones
    found = contact_columns.match(shape.header, await _custom_fields(job.campaign_id), chosen)
    if isinstance(found, contact_columns.Unclear) and shape.headless and found.code == "no_phone_column":
        return contact_columns.Unclear(found.code, "The first row is a person, not a header. Say which column is what.")
    return found


async def _custom_fields(campaign_id: int) -> dict[str, str]:
    found = await CustomField.filter(campaign_id=campaign_id, archived_at=None)
    return {row.slug: row.title for row in found}
