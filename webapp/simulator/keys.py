"""Shared by the simulator's handlers: request.app[STORE] and request.app[CARRIER]."""

from __future__ import annotations

from aiohttp import web

from webapp.simulator.carrier import Carrier
from webapp.simulator.store import Store

CARRIER = web.AppKey("carrier", Carrier)
STORE = web.AppKey("store", Store)
