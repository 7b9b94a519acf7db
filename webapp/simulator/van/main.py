"""The process: `python -m webapp.simulator.van`. For rehearsals and tests, never in production."""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import signal
from pathlib import Path

from aiohttp import web

from webapp.simulator.van import api
from webapp.simulator.van.api import STORE
from webapp.simulator.van.store import KEY, Store

PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><title>The rehearsal's VAN</title>
<style>body {{ font: 1rem/1.5 system-ui; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }} pre {{ white-space: pre-wrap }}</style>
<h1>The rehearsal's VAN</h1><p>API key <code>{key}</code>, in both modes. No real VAN is reached.</p>
<h2>What came in, the newest first</h2>{rows}"""


def application(store: Store) -> web.Application:
    app = web.Application(middlewares=[api.at_the_door], client_max_size=1_000_000)
    app[STORE] = store
    app.add_routes(api.routes())
    app.add_routes([web.get("/", shown), web.get("/control/taken", taken), web.post("/control/faults", set_faults)])
    return app


async def shown(request: web.Request) -> web.Response:
    store = request.app[STORE]
    rows = [f"<pre>{html.escape(json.dumps(one, indent=1))}</pre>" for one in reversed(store.taken()[-200:])]
    text = PAGE.format(key=html.escape(store.key), rows="".join(rows) or "<p>Nothing yet.</p>")
    return web.Response(text=text, content_type="text/html")


async def taken(request: web.Request) -> web.Response:
    """Every canvass response with the mode it was sent in; blank where an earlier process took it."""
    store = request.app[STORE]
    rows = store.taken()
    modes = [""] * (len(rows) - len(store.modes)) + store.modes
    return web.json_response([{**row, "mode": mode} for row, mode in zip(rows, modes, strict=True)])


async def set_faults(request: web.Request) -> web.Response:
    """Sets ``most`` (requests a second) and, as the store explains them, ``faults``, ``unshared``, ``stuck`` and
    ``broken``. Adds ``people`` (van_id -> phone), ``names`` (van_id -> first and last name) and ``lists`` (id -> name
    and people). ``retired``: pairs of kind and id."""
    store, body = request.app[STORE], await request.json()
    store.faults[:] = [str(one) for one in body.get("faults", store.faults)]
    store.most = int(body.get("most", store.most))
    for van_id, phone in body.get("people", {}).items():
        store.add_person(int(van_id), phone)
    for kind, id in body.get("retired", []):
        store.retire(kind, int(id))
    for id, (name, people) in body.get("lists", {}).items():
        store.lists[int(id)] = (name, people)
    store.names.update({int(id): (first, last) for id, (first, last) in body.get("names", {}).items()})
    for name in ("unshared", "stuck", "broken"):
        getattr(store, name).update(body.get(name, []))
    return web.json_response({})


async def serve(options: argparse.Namespace) -> None:
    data = Path(options.data) if options.data else None
    if data:
        data.mkdir(parents=True, exist_ok=True)
    store = Store(str(data / "van.db") if data else ":memory:", options.key)
    runner = web.AppRunner(application(store), access_log=None, handler_cancellation=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port, shutdown_timeout=1).start()
    print(f"VAN listening on {runner.addresses[0][1]}", flush=True)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8003, help="0: one the kernel chooses")
    parser.add_argument("--data", default="", help="folder of its store; none: in memory")
    parser.add_argument("--key", default=KEY)
    asyncio.run(serve(parser.parse_args()))
