"""Makes exports, begins those of schedules, and deletes old files (SPEC R5)."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

from webapp import queue
from webapp.models import long_work
from webapp.models.exports import run, schedules, showing
from webapp.models.exports.job import Export

log = logging.getLogger(__name__)

WORKBOOK = Path(run.__file__).with_name("workbook.py")  # not imported: it needs a library that this process does not
WORK = 20.0  # seconds; the rest of an export is the next call's


async def run_export(ctx: dict[str, Any], export_id: int) -> None:
    try:
        if await run.work(export_id, WORK):
            await queue.run_export(export_id)
            return
        await _finish(export_id)
    except Exception:
        log.exception("export %s stumbled", export_id)
        await run.stumbled(export_id)


async def _finish(export_id: int) -> None:
    job, lines = await run.lines_of(export_id)
    if job.over:
        return
    if job.is_workbook:
        async with run.kept_alive(job):
            await _make_workbook(lines, run.file_of(job))
    if await run.finish(export_id) and job.is_workbook:
        lines.unlink(missing_ok=True)


async def _make_workbook(lines: Path, made: Path) -> None:
    """In a process of its own: a million rows take minutes of a processor."""
    command = (sys.executable, str(WORKBOOK), str(lines), str(made))
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, told = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        raise RuntimeError(told.decode(errors="replace")[-300:])


async def resume_exports(ctx: dict[str, Any]) -> None:
    """Exports whose worker died, or whose first nudge was lost."""
    for export_id in await long_work.abandoned(Export):
        await queue.run_export(export_id)


async def begin_due_exports(ctx: dict[str, Any]) -> None:
    for schedule_id in await schedules.due():
        if export_id := await schedules.begin(schedule_id):
            await queue.run_export(export_id)


async def forget_exports(ctx: dict[str, Any]) -> None:
    """Deletes exports nobody needs any more: they are people's data."""
    old = await run.old_files(showing.KEPT_DAYS)
    for path in old + await run.leftovers():
        path.unlink(missing_ok=True)
    await run.forget(old)
