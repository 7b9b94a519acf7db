"""The exports as their page shows them, and the note that a file was downloaded (SPEC R5)."""

from __future__ import annotations

from pathlib import Path

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.exports.job import Export, ExportSchedule

PAGE = 50
KEPT_DAYS = 30  # after an export has ended


async def newest(member: Membership) -> list[Export]:
    found = Export.filter(campaign_id=member.campaign_id).order_by("-id").limit(PAGE)
    return await found.select_related("user")


async def is_made_again(job: Export) -> bool:
    """Does its schedule go on?"""
    return job.schedule_id is not None and await ExportSchedule.exists(id=job.schedule_id, ended_at=None)


async def running_schedules(member: Membership) -> list[ExportSchedule]:
    found = ExportSchedule.filter(campaign_id=member.campaign_id, ended_at=None).order_by("next_at")
    return await found.select_related("user")


async def size_of(job: Export) -> int | None:
    """Bytes of the finished file, which has none where JSON Lines hold no row; None where there is no file."""
    path = Path(job.path) if job.path else None
    return path.stat().st_size if path and path.exists() else None


@transactional
async def note_download(job: Export, by: Membership) -> None:
    await audit.record(by, "export.downloaded", {"export": job.id}, job.subject, kind=job.kind, rows=job.done)


@transactional
async def note_command(campaign: Campaign, kind: str, rows: int) -> None:
    await audit.note(campaign, None, "export.by_command", audit.NOTHING, kind=kind, rows=rows)
