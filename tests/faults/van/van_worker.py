"""A worker that only sends to VAN, as a process that can be told to die: `python -m tests.faults.van.van_worker DATABASE VAN`.

DIE=what:n kills it (SIGKILL) at the n-th: "claimed" (committed, VAN not asked), "called" (VAN answered, not recorded).
BROKEN: a build that sends again what was in doubt. It ends by itself once nothing is left.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults.dying import BROKEN, die_at
from webapp import config, database
from webapp.config import Settings
from webapp.database import transaction
from webapp.gateways import van
from webapp.models.van import connection, sending
from webapp.models.van.fact import DOUBT, SENDING, WAITING, VanFact
from webapp.rules.van import pauses, planning
from webapp.workers.van import sending as jobs


def hurry() -> None:
    pauses.PAUSE = 0.0
    sending.GONE, connection.LEASE = timedelta(seconds=3), 2
    claim, record = sending.claim, van.Van.record

    async def claimed(*arguments: Any) -> Any:
        found = await claim(*arguments)
        die_at("claimed")
        return found

    async def recorded(*arguments: Any) -> None:
        await record(*arguments)
        die_at("called")

    vars(sending).update(claim=claimed)
    van.Van.record = recorded  # type: ignore[assignment,method-assign]
    if BROKEN:
        vars(planning).update(also=lambda maybe, going: "")  # nobody remembers what was lost


async def send_what_is_in_doubt() -> None:
    await transaction(lambda: VanFact.filter(state=DOUBT).update(state=WAITING))


async def main() -> None:
    hurry()
    config.use(Settings(database_url=sys.argv[1], van_api_url=sys.argv[2], data_dir=Path(sys.argv[3]), secret_key="s"))
    await database.open_database(sys.argv[1])
    [campaign_id] = {one.campaign_id for one in await connection.VanConnection.all()}
    while await VanFact.filter(state__in=[WAITING, SENDING]).exists():
        await sending.stamp()
        await sending.notice_gone()
        if BROKEN:
            await send_what_is_in_doubt()
        await jobs.send_to_van({}, campaign_id)
        await asyncio.sleep(0.1)
    await database.close_database()


asyncio.run(main())
