"""Fetches the files of nightly imports, hands them to the ordinary import, and writes each night's report (SPEC B8)."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from webapp import config, letters, queue
from webapp.gateways import outside
from webapp.models.imports import reading
from webapp.models.logins import sealed
from webapp.models.nightly import plan
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.rules.nightly import fetched

UNREADABLE = "The address was encrypted with a key this site has no more. End this nightly import and make a new one."
log = logging.getLogger(__name__)


async def sweep_nightly(ctx: dict[str, Any]) -> None:
    for nightly_id in await plan.due():
        await queue.run_nightly(nightly_id)
    for told in await plan.to_tell():
        await _tell(**told)


async def run_nightly(ctx: dict[str, Any], nightly_id: int) -> None:
    begun = await plan.begin(nightly_id)
    if begun is None:
        return
    row, run = begun
    try:
        await _run(row, run)
    except Exception:
        log.exception("nightly import %s stumbled", nightly_id)
        await plan.refuse(run, "A fault of the site stopped this. Its log says more.")


async def _run(row: NightlyImport, run: NightlyRun) -> None:
    """A file that is refused is deleted; of one that is taken in the import is the owner, as of an upload."""
    path = reading.folder() / f"{secrets.token_hex(16)}.list"
    url = sealed.opened(row.url)
    try:
        if url is None:
            raise outside.Away(UNREADABLE)
        got = await outside.fetch(url, path, config.settings().rehearsal)
        if why := fetched.why_not(got.status, got.kind, got.head, got.size):
            raise outside.Away(why)
    except outside.Away as away:
        path.unlink(missing_ok=True)
        await plan.refuse(run, str(away))
        return
    if job := await plan.take_in(row, run, path):
        await queue.run_import(job.id)


async def _tell(nightly: NightlyImport, run: NightlyRun, job: Any) -> None:
    """To whoever made it."""
    where = f"/imports/{job.id}" if job else f"/nightly-imports/{nightly.id}"
    link = config.settings().url(f"/c/{nightly.campaign.slug}/admin{where}")
    told = {"user": nightly.user, "nightly": nightly, "run": run, "job": job, "link": link}
    await letters.write("nightly_report", nightly.user.email, nightly.user.language or "en", **told)
