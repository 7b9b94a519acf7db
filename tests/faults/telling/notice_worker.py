"""A worker that only sends one notice, as a process that can be told to die: `python -m tests.faults.telling.notice_worker DATABASE MAIL ID`.

DIE=what:n kills it (SIGKILL) at the n-th: "claimed" (a handful of people are claimed, nobody was told), "called" (the mail
server took a letter, nothing is noted). BROKEN: a build that tells again whom a dead worker had claimed. It ends by itself once
the notice is over.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import Any

from tests.faults.dying import BROKEN, die_at
from webapp import config, database, queue
from webapp.config import Settings
from webapp.database import transaction
from webapp.gateways import email
from webapp.models.notices import telling
from webapp.models.notices.notice import SENDING, Notice, Recipient
from webapp.workers.notices import telling as jobs


def dying(what: str, verb: Any) -> Any:
    async def wrapped(*arguments: Any) -> Any:
        result = await verb(*arguments)
        die_at(what)
        return result

    return wrapped


async def nobody(notice_id: int) -> None:
    """Nudges nobody: below, the job is begun again anyway."""


async def tell_again(notice_id: int) -> None:
    lost = Recipient.filter(notice_id=notice_id, status=SENDING)
    await transaction(lambda: lost.update(status="waiting", claimed_at=None))


async def main() -> None:
    telling.claim = dying("claimed", telling.claim)
    email.send = dying("called", email.send)
    telling.LOST, queue.run_notice = timedelta(seconds=1), nobody
    config.use(Settings(database_url=sys.argv[1], smtp_url=sys.argv[2], secret_key="s"))
    await database.open_database(sys.argv[1])
    notice_id = int(sys.argv[3])
    while not (await Notice.get(id=notice_id)).over:
        if BROKEN:
            await tell_again(notice_id)
        await jobs.run_notice({}, notice_id)
        await asyncio.sleep(0.2)
    await database.close_database()


asyncio.run(main())
