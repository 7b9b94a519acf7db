"""A program that takes webhooks, on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from webapp import config
from webapp.models.accounts.users import Membership
from webapp.models.hooks import endpoint
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.rules.hooks import events


@dataclass
class Taker:
    """``answers``: statuses to give, one after the other, then 200. ``taken``: headers and body of each request."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    says: str = "thanks"
    slow: float = 0.0
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.slow)
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, text=self.says, headers={"Location": self.url})


@asynccontextmanager
async def taker() -> AsyncIterator[Taker]:
    """With the settings of a rehearsal, which may call its own machine."""
    config.use(replace(config.settings(), twilio_api_url="http://127.0.0.1:9"))
    one = Taker()
    application = web.Application()
    application.router.add_post("/hook", one.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.port = runner.addresses[0][1]
    try:
        yield one
    finally:
        await runner.cleanup()


async def wants(owner: Membership, url: str, *kinds: str, whole_phones: bool = False) -> tuple[HookEndpoint, str]:
    """An endpoint and its secret. All events where none is named."""
    return await endpoint.make(owner, url, list(kinds or events.KINDS), whole_phones)
