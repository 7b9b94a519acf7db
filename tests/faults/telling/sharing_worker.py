"""A worker that only passes opt-outs on, as a process that can be told to die: `python -m tests.faults.telling.sharing_worker DATABASE FOLDER`.

DIE=what:n kills it (SIGKILL) at the n-th: "stored" (opted out, cursor not moved yet), "committed" (a slice is done). BROKEN: a
build that moves the cursor first, in a transaction of its own. It ends by itself.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from tests.faults.dying import BROKEN, die_at
from webapp import config, database
from webapp.config import Settings
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing
from webapp.workers.sharing import passing as jobs


def hurry() -> None:
    sharing.SLICE = 3
    opt_out, store = vars(sharing)["opt_out_many"], vars(sharing)["_store"]

    async def opted_out(*arguments: Any) -> Any:
        new = await opt_out(*arguments)
        die_at("stored")
        return new

    async def stored(row: OptOutSharing, other: Any, phones: Any, before: Any, after: Any) -> Any:
        if BROKEN:
            await database.transaction(lambda: OptOutSharing.filter(id=row.id).update(**after))
            before = after
        new = await store(row, other, phones, before, after)
        die_at("committed")
        return new

    vars(sharing).update(opt_out_many=opted_out, _store=stored)


async def main() -> None:
    hurry()
    here = "http://127.0.0.1:9"
    config.use(Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), secret_key="s", twilio_api_url=here))
    await database.open_database(sys.argv[1])
    await jobs.share_opt_outs({})
    await database.close_database()


asyncio.run(main())
