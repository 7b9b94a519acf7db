"""Brings VAN's saved lists in: a job asks VAN for a file, looks whether it is ready, fetches it and hands it to an import (SPEC B3)."""

from __future__ import annotations

import logging
from typing import Any

import anyio

from webapp import clock, config, queue
from webapp.gateways import van, van_files
from webapp.gateways.van_shapes import Export
from webapp.models.van import connection
from webapp.models.van.connection import KEY, VanConnection
from webapp.models.van_lists import loading
from webapp.models.van_lists.loading import VanLoad
from webapp.workers.van.sending import UNREADABLE

RENEW = 20.0  # seconds between two renewals of the lease while a file comes
NOTHING = "Nothing was stored."
NO_KEY = f"No key is set. Set it on the tab Key, then bring the list in again. {NOTHING}"
WRONG_KEY = f"VAN does not accept the key. Set a key that works on the tab Key, then bring the list in again. {NOTHING}"
NOT_ALLOWED = (
    "VAN does not let this key bring the list in. Look in VAN whether the list's folder is shared with the key's user, and whether"
    f" the key may use saved lists and export jobs. {NOTHING}"
)
GONE = (
    "VAN does not give this list: it was deleted there, or its folder is not shared with the key's user any more. Press Read the"
    f" lists again to see which there are. {NOTHING}"
)
LATE = f"VAN did not finish the file in two hours. Long lists are quicker in parts: split it in VAN, then bring the parts in. {NOTHING}"
AWAY = f"VAN could not be reached for two hours. Bring the list in again later. {NOTHING}"
FULL = f"The file could not be kept: the site's disk is full. {NOTHING}"
log = logging.getLogger(__name__)


async def sweep_lists(ctx: dict[str, Any]) -> None:
    """The row is the truth: without a nudge, or where a worker is gone, a list waits for this."""
    for load_id in await loading.due():
        await queue.bring_list(load_id)


async def bring_list(ctx: dict[str, Any], load_id: int) -> None:
    load = await loading.take(load_id)
    if load is None:
        return
    row = await connection.with_key(load.van)
    if row is None:
        await loading.fail(load, NO_KEY)
        return
    try:
        await _bring(load, row)
    except van.Trouble as trouble:
        await _troubled(load, row, trouble)
    except OSError:
        log.exception("the file of VAN's list %s could not be kept", load_id)
        await loading.fail(load, FULL)
    except Exception:
        log.exception("VAN's list %s stumbled", load_id)
        await loading.stumbled(load_id)


async def _bring(load: VanLoad, row: VanConnection) -> None:
    if not (key := row.secret()):
        await loading.fail(load, f"{UNREADABLE} {NOTHING}")
        return
    if load.mode not in (None, row.mode):
        await loading.fail(load, loading.OTHER_DATABASE)
        return
    async with van.opened(config.settings(), key, row.mode) as gateway:
        export = await _export(load, row, gateway)
    if export.error:
        await loading.fail(
            load, f"VAN could not make the file of this list ({export.error}). Try it again later. {NOTHING}"
        )
    elif export.url:
        await _fetch(load, export.url)
    elif load.too_old:
        await loading.fail(load, LATE)
    else:
        await queue.bring_list(load.id, after=await loading.later(load))


async def _export(load: VanLoad, row: VanConnection, gateway: van.Van) -> Export:
    """The export job as it is now. One whose number was lost is left alone and another begun: it changes nothing in VAN."""
    if load.job_id is not None:
        return await gateway.export(load.job_id)
    export = await gateway.begin_export(load.saved_list_id, config.settings().url("/"))
    await loading.note_job(load, export.id, row.mode)
    return export


async def _fetch(load: VanLoad, url: str) -> None:
    try:
        whole = await _written(load, url)
        job = await loading.fetched(load) if whole else None
    except BaseException:
        load.part.unlink(missing_ok=True)
        raise
    if job is None:
        load.part.unlink(missing_ok=True)
        return
    await queue.run_import(job.id)


async def _written(load: VanLoad, url: str) -> bool:
    """False where the lease ended meanwhile."""
    kept = clock.steady()
    async with await anyio.open_file(load.part, "wb") as file:
        async for piece in van_files.pieces(config.settings(), url):
            await file.write(piece)
            if clock.steady() - kept > RENEW:
                kept = clock.steady()
                if not await loading.keep(load):
                    return False
    return True


async def _troubled(load: VanLoad, row: VanConnection, trouble: van.Trouble) -> None:
    """A refusal ends it, in VAN's words too; the rest is tried again for two hours."""
    why = str(trouble)
    if isinstance(trouble, van.NotAllowed):
        await loading.fail(load, f"{NOT_ALLOWED} VAN said: {why}")
    elif isinstance(trouble, van.WrongKey):
        await loading.fail(load, f"{WRONG_KEY} VAN said: {why}")
        await connection.failed(row, KEY, why)
    elif isinstance(trouble, van.Refused):
        await loading.fail(load, f"{GONE} VAN said: {why}")
    elif isinstance(trouble, van_files.NoGood):
        await loading.fail(load, f"{why}. {NOTHING}")
    elif load.too_old:
        await loading.fail(load, f"{AWAY} {why}")
    else:
        pause = trouble.seconds if isinstance(trouble, van.Busy) else 0
        await queue.bring_list(load.id, after=await loading.later(load, why, pause))


async def forget_files(ctx: dict[str, Any]) -> None:
    """Files that no list and no import needs: they are people's data."""
    for path in await loading.leftovers():
        path.unlink(missing_ok=True)
