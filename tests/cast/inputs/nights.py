"""Nights on which a worker fetches a file of others."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import MORNING
from tests.cast.lists import take_all
from webapp import clock
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.workers.nightly import fetching


async def fetched(row: NightlyImport) -> NightlyRun:
    """A worker fetches, reads and tells."""
    await fetching.run_nightly({}, row.id)
    run = (await NightlyRun.all().order_by("-id"))[0]
    if run.import_id:
        await take_all(run.import_id)
    await fetching.sweep_nightly({})
    await run.refresh_from_db()
    return run


async def next_night(row: NightlyImport, days: int = 1) -> NightlyRun:
    clock.freeze(MORNING + timedelta(days=days))
    return await fetched(row)
