"""A worker that only sends webhooks, as a process that can be told to die: `python -m tests.faults.telling.hook_worker DATABASE FOLDER`.

DIE=what:n kills it (SIGKILL) at the n-th: "claimed" (committed, nobody called), "called" (answered, not recorded). BROKEN: a build
that forgets what a dead worker had. It ends by itself once nothing is left to send.
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
from webapp.gateways import outside
from webapp.models.hooks import endpoint, event
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import SENDING, WAITING, HookEvent
from webapp.workers.hooks import sending as jobs


def hurry() -> None:
    event.GONE, endpoint.LEASE = timedelta(days=1) if BROKEN else timedelta(seconds=2), 1
    claim, post = event.claim, outside.post

    async def claimed(*arguments: Any) -> Any:
        found = await claim(*arguments)
        die_at("claimed")
        return found

    async def posted(*arguments: Any) -> Any:
        answer = await post(*arguments)
        die_at("called")
        return answer

    vars(event).update(claim=claimed)
    vars(outside).update(post=posted)


async def main() -> None:
    hurry()
    here = "http://127.0.0.1:9"
    config.use(Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), secret_key="s", twilio_api_url=here))
    await database.open_database(sys.argv[1])
    hook = await HookEndpoint.get()
    open_states = [WAITING] if BROKEN else [WAITING, SENDING]
    while await HookEvent.filter(state__in=open_states).exists():
        await event.stamp()
        await jobs.send_hooks({}, hook.id)
        await asyncio.sleep(0.1)
    await database.close_database()


asyncio.run(main())
