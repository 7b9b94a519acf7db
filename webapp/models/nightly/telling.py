"""The results of each night, told once by e-mail; and the files that nobody took in (SPEC B8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.imports import reading
from webapp.models.imports.job import ContactImport
from webapp.models.long_work import DONE
from webapp.models.nightly.plan import FETCHING, READING, REFUSED, STORED, NightlyImport, NightlyRun

GONE = timedelta(minutes=20)  # without an end of its fetching: the worker died
FILES = "nightly"  # how the names of fetched files begin in the folder of uploads


def file_of(run: NightlyRun, ending: str) -> Path:
    return reading.folder() / f"{FILES}-{run.id}-{ending}.list"


async def to_tell() -> list[dict[str, Any]]:
    """Runs that are over and not reported yet, each with its nightly import, its import, and the people to tell. Writes
    nothing where there are none."""
    return await _to_tell() if await NightlyRun.exists(told_at=None) else []


@transactional
async def _to_tell() -> list[dict[str, Any]]:
    lost = NightlyRun.filter(state=FETCHING, at__lt=clock.now() - GONE)
    await lost.update(state=REFUSED, why="The server stopped while it fetched the file. Nothing was stored.")
    over = await ContactImport.filter(id__in=await _being_read(), status__in=long_work.OVER)
    for job in over:
        state = (
            {"state": STORED}
            if job.status == DONE
            else {"state": REFUSED, "why": job.error_message or "It was cancelled."}
        )
        await NightlyRun.filter(import_id=job.id, state=READING).update(**state)
    runs = NightlyRun.filter(state__in=[STORED, REFUSED], told_at=None)
    return [await _told(run) for run in await runs.order_by("id").limit(100)]


@transactional
async def tell(run: NightlyRun, written: list[tuple[str, str, str, str]]) -> None:
    """Notes the run as told and stores its letters (to, subject, text, HTML) in one transaction, so that neither is
    there without the other."""
    if await NightlyRun.filter(id=run.id, told_at=None).update(told_at=clock.now()):
        for letter in written:
            await Mail.write(*letter)


async def _being_read() -> list[int]:
    return [run.import_id or 0 for run in await NightlyRun.filter(state=READING)] or [0]


async def _told(run: NightlyRun) -> dict[str, Any]:
    row = await NightlyImport.get(id=run.nightly_id).select_related("campaign", "user")
    job = await ContactImport.get_or_none(id=run.import_id or 0)
    return {"run": run, "nightly": row, "job": job, "readers": await readers(row)}


async def readers(row: NightlyImport) -> list[Membership]:
    """The people who get the reports: the user who made it, or the owners once that user is not on the campaign's staff
    any more."""
    here = Membership.filter(campaign_id=row.campaign_id, suspended_at=None, removed_at=None).exclude(approved_at=None)
    maker = await here.filter(user_id=row.user_id).select_related("user", "campaign").first()
    if maker is not None and maker.is_staff:
        return [maker]
    return await here.filter(role=OWNER).select_related("user", "campaign")


async def leftovers() -> list[Path]:
    """Files whose worker ended before an import had them; people's data, for the caller to delete."""
    found = list(reading.folder().glob(f"{FILES}-*"))  # first: what is begun later is not among them
    being_fetched = {f"{run.id}" for run in await NightlyRun.filter(state=FETCHING)}
    in_use = {Path(job.path) for job in await ContactImport.filter(path__in=[str(path) for path in found] or ["-"])}
    return [path for path in found if path not in in_use and path.name.split("-")[1] not in being_fetched]
