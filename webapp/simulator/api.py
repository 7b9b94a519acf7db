"""The REST calls we use, as Twilio answers them: the login, the account, and the routes of all of them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from webapp.simulator import media, messages, numbers, wire
from webapp.simulator.keys import CARRIER

ROOT = "/2010-04-01/Accounts/{account}"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes() -> list[web.RouteDef]:
    account = web.get(ROOT + ".json", read_account)
    return [account, *messages.routes(ROOT), *media.routes(ROOT), *numbers.routes(ROOT)]


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The API wants Basic authentication; the simulator's pages are open to everybody at this machine."""
    if request.path.startswith(("/2010-04-01/", "/v2/")):
        carrier = request.app[CARRIER]
        wanted = "Basic " + base64.b64encode(f"{carrier.account}:{carrier.token}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("Authorization", ""), wanted):
            return wire.error(20003)
        if request.match_info.get("account", carrier.account) != carrier.account:
            return wire.error(20404)
    return await handler(request)


async def read_account(request: web.Request) -> web.Response:
    return web.json_response(wire.account(request.app[CARRIER].account, request.path))
