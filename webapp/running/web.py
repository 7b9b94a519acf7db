"""The web process: granian inside our own event loop, so that open streams end when it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal

from granian.constants import Interfaces
from granian.server.embed import Server

from webapp import config
from webapp.app import create_app

BACKLOG, AT_ONCE = 2048, 20_000  # granian's own default lets the 129th connection wait in silence
GARBAGE = 20_000  # objects that outlive their request before a look for cycles: a look of all takes longer than a click


async def run() -> None:
    """Until SIGTERM or SIGINT: streams end, requests under way are answered, then the process ends."""
    chosen = config.settings()
    app = create_app(chosen)
    gc.freeze()  # modules and routes stay, so no look goes through them again
    gc.set_threshold(GARBAGE, 20, 50)
    server = Server(
        app,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        backpressure=AT_ONCE,
        log_access=False,
        log_enabled=False,
    )

    def stop() -> None:
        if hub := getattr(app.state, "hub", None):
            hub.stopping.set()
        server.stop()  # type: ignore[no-untyped-call]

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    await server.serve()
