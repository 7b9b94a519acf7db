"""A worker that only brings VAN's saved lists in, as a process that can be told to die:
`python -m tests.faults.van.van_list_worker DATABASE VAN FOLDER`.

DIE=what:n kills it (SIGKILL) at the n-th: "asked" (VAN began an export, not noted), "noted", "fetched" (the file is here, no import
begun), "begun" (the import is begun, nobody nudged), "stored" (a slice is stored). BROKEN: a build that forgets its lease. It ends by itself once nothing is left.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from tests.faults.dying import die_at
from webapp import config, database
from webapp.config import Settings
from webapp.gateways import van
from webapp.models import long_work
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.van_lists import loading
from webapp.models.van_lists.loading import VanLoad
from webapp.rules.van import pauses
from webapp.workers import imports
from webapp.workers.van import lists


def after(module: Any, name: str, what: str) -> None:
    whole = getattr(module, name)

    async def wrapped(*arguments: Any, **named: Any) -> Any:
        found = await whole(*arguments, **named)
        die_at(what)
        return found

    setattr(module, name, wrapped)


def hurry() -> None:
    loading.LEASE = 1
    pauses.LOOK = pauses.LOOK_MOST = 0.1
    importing.SMALLEST = {"sqlite": 5, "postgres": 5}
    long_work.FIRST = long_work.LARGEST = 5
    after(van.Van, "begin_export", "asked")
    after(loading, "note_job", "noted")
    after(lists, "_written", "fetched")
    after(loading, "fetched", "begun")
    after(importing, "_take", "stored")


async def main() -> None:
    hurry()
    config.use(Settings(database_url=sys.argv[1], van_api_url=sys.argv[2], data_dir=Path(sys.argv[3]), secret_key="s"))
    await database.open_database(sys.argv[1])
    while True:
        for load_id in await loading.due():
            await lists.bring_list({}, load_id)
        reading = await ContactImport.filter(status__in=("waiting", "running"))
        for job in reading:
            await imports.run_import({}, job.id)
        if not reading and not await VanLoad.filter(status__in=loading.OPEN).exists():
            break
        await asyncio.sleep(0.1)
    await database.close_database()


asyncio.run(main())
