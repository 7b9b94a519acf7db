"""The simulator's process: `python -m webapp.simulator`. For rehearsals and tests, never in production."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from webapp.simulator import api, control, keys, mailbox, phones
from webapp.simulator.account import ACCOUNT, TOKEN
from webapp.simulator.carrier import Carrier
from webapp.simulator.store import Clock, Store

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refuse_beside_real_credentials(environ: dict[str, str]) -> str:
    """Why the simulator won't start; "" where it may."""
    account = environ.get("TEXTBANK_TWILIO_ACCOUNT_SID", "")
    base = environ.get("TEXTBANK_TWILIO_API_URL", "")
    if account and account != ACCOUNT:
        return "TEXTBANK_TWILIO_ACCOUNT_SID names a real account. The simulator never runs beside one."
    if base and urlsplit(base).hostname not in LOOPBACK:
        return "TEXTBANK_TWILIO_API_URL is not on this machine. The simulator is for rehearsals only."
    return ""


def application(store: Store, carrier: Carrier, letters: mailbox.Mailbox, site: str) -> web.Application:
    app = web.Application(middlewares=[api.authenticate, phones.same_origin], client_max_size=2_000_000)
    app[keys.STORE], app[keys.CARRIER], app[phones.SITE], app[phones.MAILBOX] = store, carrier, site, letters
    app.add_routes([*api.routes(), *control.routes(), *phones.routes()])
    return app


async def serve(options: argparse.Namespace) -> None:
    data = Path(options.data) if options.data else None
    if data:
        data.mkdir(parents=True, exist_ok=True)
    clock = Clock(Path(options.clock_file) if options.clock_file else None)
    store = Store(str(data / "simulator.db") if data else ":memory:", clock)
    carrier = Carrier(store, options.account, options.token, options.pace)
    letters = mailbox.Mailbox(options.smtp_port, data)
    await carrier.open()
    runner = web.AppRunner(
        application(store, carrier, letters, options.site), access_log=None, handler_cancellation=False
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port, shutdown_timeout=1).start()
    letters.start()
    port = runner.addresses[0][1]
    print(f"simulator listening on {port}", flush=True)
    try:
        await _until_told()
    finally:
        letters.stop()
        await carrier.close()
        await runner.cleanup()


async def _until_told() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8001, help="0: one the kernel chooses")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: no mailbox")
    parser.add_argument("--data", default="", help="folder of its store; none: in memory")
    parser.add_argument("--clock-file", default="", help="the rehearsal's clock")
    parser.add_argument("--account", default=ACCOUNT)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--pace", type=float, default=0.6, help="seconds from one status to the next")
    parser.add_argument("--site", default="http://127.0.0.1:8000", help="where the text bank is, for links")
    options = parser.parse_args()
    if why := refuse_beside_real_credentials(dict(os.environ)):
        sys.exit(why)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
