"""The web process: granian inside our own event loop, so that a signal can end open streams first."""

from __future__ import annotations

import asyncio
import signal

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from webapp import config, database, garbage
from webapp.app import create_app
from webapp.config import Settings
from webapp.database.migrated import open_migrated
from webapp.models.accounts import rehearsal
from webapp.running import ports

BACKLOG, AT_ONCE = 2048, 20_000  # connections; by granian's default the 129th waits without an answer
# Granian's lines go where all others go (logs.py), not to a handler of its own
AS_OURS = {
    "version": 1,
    "incremental": True,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}},
}


async def run() -> None:
    """Runs until SIGTERM or SIGINT. Then streams end and requests under way are answered."""
    chosen = config.settings()
    await _check(chosen)
    app = create_app(chosen)
    garbage.keep_what_is_there()
    server = Server(
        app,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        backpressure=AT_ONCE,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=AS_OURS,
    )

    def stop() -> None:
        if hub := getattr(app.state, "hub", None):
            hub.stopping.set()
        server.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    await server.serve()


async def _check(chosen: Settings) -> None:
    """Says in one line what granian would bury: a taken port, or a database that can't be used."""
    ports.check(chosen.host, chosen.port)
    try:
        await open_migrated(chosen.database)
        await rehearsal.check(chosen)
    finally:
        await database.close_database()
