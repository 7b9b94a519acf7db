"""Another computer, which takes webhooks and has a file for nightly imports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

SECRET = "s3cr3t-path"
FILE = "cell,given\n412-555-0650,Mina\n412-555-0651,Ben\n"


@dataclass
class Other:
    """It takes webhooks at /hook/SECRET and has a file at /file. ``answers``: statuses to give, then 200."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    file: str = FILE

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(request.headers["webhook-id"])
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, text="our database is away" if status >= 400 else f"{request.path} thanks")

    async def give(self, request: web.Request) -> web.Response:
        return web.Response(text=self.file, content_type="text/csv")


@asynccontextmanager
async def other_computer() -> AsyncIterator[Other]:
    one = Other()
    application = web.Application()
    application.router.add_post("/hook/" + SECRET, one.take)
    application.router.add_get("/file", one.give)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.port = runner.addresses[0][1]
    try:
        yield one
    finally:
        await runner.cleanup()
