"""create_app(): routers, middleware, start and end of the process, error pages, static files. No rules."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from litestar import Litestar, Request, Response, get
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from webapp import bounded, compressed, config, database, live, news, pages, queue, static_files, words
from webapp.access import entering, login, proving
from webapp.bounded import BoundedAddresses, BoundedRequest
from webapp.config import Settings
from webapp.database.migrated import open_migrated
from webapp.models.accounts import rehearsal, sessions
from webapp.routes import admin, failures, public, volunteer, webhooks

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self';"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
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
        async with news.counts_told():
            yield
        keeping_clock.cancel()
        await app.state.hub.stop()
    finally:
        await queue.close()
        await database.close_database()


async def secure(message: Message, scope: Scope) -> None:
    """Strict headers on every answer; no-store unless it says something else: no cache keeps people's pages."""
    if message["type"] != "http.response.start":
        return
    there = {name.lower() for name, _ in message["headers"]}
    wanted = {**HEADERS, b"cache-control": b"no-store"}
    if token := scope.get("state", {}).get("new_token"):
        message["headers"] = [
            *message["headers"],
            (b"set-cookie", entering.cookie(token).to_header(header="").encode()),
        ]
    if config.settings().secure:
        wanted[b"strict-transport-security"] = b"max-age=31536000"
    message["headers"] = [*message["headers"], *((k, v) for k, v in wanted.items() if k not in there)]


class OwnForms(ASGIMiddleware):
    """Refuses forged requests: a request that changes something must come from our own pages.

    Every browser since 2020 names a request's origin (Sec-Fetch-Site, and Origin with each POST), and no page can forge
    that. So no form needs a token, and no upload of a gigabyte has to be read to find one. The second line of defence
    is that cookies are Lax. Webhooks carry Twilio's signature instead.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: Request = Request(scope)
        if request.method in ("GET", "HEAD", "OPTIONS") or scope["path"].startswith("/webhooks/") or _is_ours(request):
            await next_app(scope, receive, send)
            return
        failures.speak(request)
        title = words.gettext("Not done")
        text = words.gettext(
            "This form came from another site, so nothing was changed. Open the page here and try again."
        )
        answer = pages.error_page(request, 403, title, text, failures.code())
        await answer.to_asgi_response(None, request)(scope, receive, send)


def _is_ours(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True  # not a browser, so it sends no victim's cookies
    parts = login.split(origin)
    ours = (request.headers.get("host", ""), urlsplit(config.settings().public_url).netloc)
    return parts is not None and parts.netloc in ours


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
    return Response(script, media_type="text/javascript; charset=utf-8", headers={"cache-control": "no-cache"})
