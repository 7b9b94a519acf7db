"""A worker that fetches nightly files, reads them and mails the reports, as a process that can be told to die:
`python -m tests.faults.telling.nightly_worker DATABASE FOLDER MAIL`.

DIE=what:n kills it (SIGKILL) at the n-th: "begun" (tonight's run is noted, nothing is fetched), "fetched", "compared" (the columns,
no import yet), "taken" (the import is begun, nobody nudged), "stored" (a slice), "read" (the import is over, nothing is told),
"written" (a report's letter, not committed), "told" (committed, not sent), "mailed" (the mail server took it, not noted).
BROKEN: of tests/faults/broken.py. It ends by itself once nothing is left.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults import broken
from tests.faults.dying import BROKEN, die_at
from webapp import config, database
from webapp.config import Settings
from webapp.gateways import email, outside, sftp
from webapp.models import long_work
from webapp.models.accounts import mail as letters
from webapp.models.accounts.mail import QUEUED, Mail
from webapp.models.imports import importing, reading
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import plan, telling
from webapp.models.nightly.plan import NightlyRun
from webapp.workers import imports
from webapp.workers.accounts import mail
from webapp.workers.nightly import fetching


def after(module: Any, name: str, what: str) -> None:
    whole = getattr(module, name)

    async def wrapped(*arguments: Any, **named: Any) -> Any:
        found = await whole(*arguments, **named)
        if found is not None or name in ("send", "tell"):
            die_at(what)
        return found

    setattr(module, name, wrapped)


def hurry() -> None:
    telling.GONE = timedelta(seconds=1)
    letters.PAUSES = (timedelta(seconds=1),) * 5
    importing.SMALLEST = {"sqlite": 5, "postgres": 5}
    long_work.FIRST = long_work.LARGEST = 5
    for module, name, what in (
        (plan, "begin", "begun"),
        (outside, "fetch", "fetched"),
        (sftp, "fetch", "fetched"),
        (reading, "header_of_file", "compared"),
        (plan, "take_in", "taken"),
        (importing, "_take", "stored"),
        (Mail, "write", "written"),
        (telling, "tell", "told"),
        (email, "send", "mailed"),
    ):
        after(module, name, what)


async def left() -> bool:
    """Somebody is not told, or not written to."""
    return await NightlyRun.exists(told_at=None) or await Mail.exists(status=QUEUED) or bool(await plan.due())


async def main() -> None:
    broken.died = die_at
    broken.break_it(BROKEN)
    hurry()
    here = "http://127.0.0.1:9"
    config.use(
        Settings(
            database_url=sys.argv[1],
            data_dir=Path(sys.argv[2]),
            smtp_url=sys.argv[3],
            secret_key="s",
            twilio_api_url=here,
        )
    )
    await database.open_database(sys.argv[1])
    while await left():
        for nightly_id in await plan.due():
            await fetching.run_nightly({}, nightly_id)
        for job in await ContactImport.filter(status__in=("waiting", "running")):
            await imports.run_import({}, job.id)
            die_at("read")
        await fetching.sweep_nightly({})
        await mail.send_waiting_mail({})
        await asyncio.sleep(0.1)
    await database.close_database()


asyncio.run(main())
