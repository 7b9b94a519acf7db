"""Fetches the files of nightly imports, hands them to the ordinary import, and writes each night's report (SPEC B8)."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any

from webapp import config, letters, queue
from webapp.gateways import outside, sftp
from webapp.models.accounts.users import Membership
from webapp.models.imports.job import ContactImport
from webapp.models.logins import sealed
from webapp.models.nightly import folder, plan, telling
from webapp.models.nightly.folder import NightlyFolder
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.rules.nightly import fetched

UNREADABLE = "The address or the log-in was encrypted with a key this site has no more. End this nightly import and make a new one."
log = logging.getLogger(__name__)


async def sweep_nightly(ctx: dict[str, Any]) -> None:
    for nightly_id in await plan.due():
        await queue.run_nightly(nightly_id)
    for told in await telling.to_tell():
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
    path = telling.file_of(run, secrets.token_hex(16))
    job = None
    try:
        job = await _taken(row, run, path)
    except outside.Away as away:
        await plan.refuse(run, str(away))
    finally:
        if job is None:
            path.unlink(missing_ok=True)
    if job is not None:
        await queue.run_import(job.id)


async def _taken(row: NightlyImport, run: NightlyRun, path: Path) -> ContactImport | None:
    """None where it is refused. Raises Away."""
    its = await folder.of(row)
    await (_from_folder(row, its, run, path) if its else _from_address(row, path))
    return await plan.take_in(row, run, path)


async def _from_address(row: NightlyImport, path: Path) -> None:
    got = await outside.fetch(_opened(row.url), path, config.settings().rehearsal)
    if why := fetched.why_not(got.status, got.kind, got.head, got.size):
        raise outside.Away(why)


async def _from_folder(row: NightlyImport, its: NightlyFolder, run: NightlyRun, path: Path) -> None:
    """``run`` gets the file's name and content."""
    place = sftp.Place(row.host, its.port, its.user_name, its.folder, its.pattern, its.server_key)
    secret = _opened(its.secret)
    login = sftp.Login(private_key=secret) if its.public_key else sftp.Login(password=secret)
    try:
        got = await sftp.fetch(place, login, path, config.settings().rehearsal)
    except sftp.OtherKey as other:
        raise outside.Away(await folder.note_shown(its, other.key)) from other
    await folder.note_known(its)
    if why := fetched.why_no_list(got.name, got.head, got.size):
        raise outside.Away(why)
    run.file_name, run.content = got.name, got.digest


def _opened(secret: str) -> str:
    found = sealed.opened(secret)
    if found is None:
        raise outside.Away(UNREADABLE)
    return found


async def _tell(nightly: NightlyImport, run: NightlyRun, job: ContactImport | None, readers: list[Membership]) -> None:
    where = f"/imports/{job.id}" if job else f"/nightly-imports/{nightly.id}"
    link = config.settings().url(f"/c/{nightly.campaign.slug}/admin{where}")
    written = []
    for reader in readers:
        told = {"user": reader.user, "nightly": nightly, "run": run, "job": job, "link": link}
        letter = letters.composed("nightly_report", reader.speaks, **told)
        written.append((reader.user.email, letter.subject, letter.text, letter.html))
    await telling.tell(run, written)


async def forget_fetched(ctx: dict[str, Any]) -> None:
    """Files that no run and no import needs: they are people's data."""
    for path in await telling.leftovers():
        path.unlink(missing_ok=True)
