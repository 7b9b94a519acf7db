"""create_app(): routers, middleware, start and end of the process, error pages, static files. No rules."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Request, Response, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.types import Message, Scope

from webapp import config, database, live, news, queue
from webapp.access import entering, login, proving
from webapp.config import Settings
from webapp.database.migrated import open_migrated
from webapp.http import bounded, compressed, static_files
from webapp.http.bounded import BoundedAddresses, BoundedRequest
from webapp.models.accounts import rehearsal, sessions
from webapp.routes import admin, api, failures, public, volunteer, webhooks
from webapp.routes.own_forms import OwnForms

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self';"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
NOSNIFF = {b"x-content-type-options": b"nosniff"}
HEADERS = NOSNIFF | {
    b"content-security-policy": CSP.encode(),
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cross-origin-opener-policy": b"same-origin",
}


def create_app(settings: Settings | None = None) -> Litestar:
    if settings:
        config.use(settings)
    return Litestar(
        route_handlers=[
            static_file,
            push_worker,
            *public.routers(),
            volunteer.router(),
            admin.router(),
            *webhooks.routers(),
            api.router(),
        ],
        middleware=[BoundedAddresses(), OwnForms()],
        before_send=[secure],
        lifespan=[_life],
        exception_handlers={
            login.LoggedOut: login.to_login,
            sessions.PasswordChanged: login.to_login,
            login.Waiting: login.to_waiting,
            login.SecondStepNeeded: login.to_second_step,
            proving.ProveAgain: proving.ask,
            HTTPException: failures.http_error,
            Exception: failures.our_error,
        },
        openapi_config=None,
        logging_config=None,  # Litestar's own would replace ours (logs.py), plain and unmasked
        request_class=BoundedRequest,
        request_max_body_size=bounded.ANONYMOUS_BODY,
    )


@asynccontextmanager
async def _life(app: Litestar) -> AsyncIterator[None]:
    chosen = config.settings()
    static_files.digest(), static_files.gzipped()  # read, joined and gzipped now, not by the first request
    try:
        await open_migrated(chosen.database)
        await rehearsal.check(chosen)
        app.state.hub = live.Hub()
        app.state.hub.start()
        keeping_clock = asyncio.create_task(database.keep_clock())
        async with news.commits_told():
            yield
        keeping_clock.cancel()
        await app.state.hub.stop()
    finally:
        await queue.close()
        await database.close_database()


async def secure(message: Message, scope: Scope) -> None:
    """Strict headers on every answer but static files, for which a phone's first screen waits; no-store unless it says
    something else: no cache keeps people's pages."""
    if message["type"] != "http.response.start":
        return
    there = {name.lower() for name, _ in message["headers"]}
    is_file = scope["path"].startswith("/static/") and message["status"] == 200
    wanted = dict(NOSNIFF) if is_file else {**HEADERS, b"cache-control": b"no-store"}
    if token := scope.get("state", {}).get("new_token"):
        message["headers"] = [
            *message["headers"],
            (b"set-cookie", entering.cookie(token).to_header(header="").encode()),
        ]
    message["headers"] = [*message["headers"], *scope.get("state", {}).get("more_headers", ())]
    if config.settings().secure:
        wanted[b"strict-transport-security"] = b"max-age=31536000"
    message["headers"] = [*message["headers"], *((k, v) for k, v in wanted.items() if k not in there)]


@get("/static/{digest:str}/{file_path:path}", sync_to_thread=False)
def static_file(request: Request, digest: str, file_path: str) -> Response[bytes]:
    """Cached for ever: the digest in the address changes with the files."""
    name = file_path.lstrip("/")
    content = static_files.served().get(name)
    if content is None:
        raise NotFoundException
    kind = "font/woff2" if name.endswith(".woff2") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    age = "public, max-age=31536000, immutable" if digest == static_files.digest() else "no-cache"
    headers = {"cache-control": age, "vary": "Accept-Encoding"}
    if (smaller := static_files.gzipped().get(name)) and compressed.taken_by(request):
        content, headers = smaller, headers | compressed.GZIP
    return Response(content, media_type=kind, headers=headers)


@get("/push-worker.js", sync_to_thread=False)
def push_worker() -> Response[bytes]:
    """The service worker. It stands at the root, since one only speaks for addresses below its own."""
    script = static_files.served()["push_worker.js"]
    return Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})
