"""A request that changes something comes from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from webapp import config, words
from webapp.http import addresses, pages
from webapp.routes import failures

_HARMLESS = ("GET", "HEAD", "OPTIONS")
NO_COOKIES = ("/webhooks/", "/api/")  # what is called by programs: no browser can be made to ask with its login


class OwnForms(ASGIMiddleware):
    """Refuses forged requests: a request that changes something must come from our own pages.

    Every browser since 2020 names a request's origin (Sec-Fetch-Site, and Origin with each POST), and no page can forge
    that. So no form needs a token, and no upload of a gigabyte has to be read to find one. The second line of defence
    is that cookies are Lax. Webhooks carry Twilio's signature instead, the API a token in a header.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = Headers.from_scope(scope)
        if scope.get("method") in _HARMLESS or scope["path"].startswith(NO_COOKIES) or _is_ours(headers):
            await next_app(scope, receive, send)
            return
        request: Request = Request(scope)
        failures.speak(request)
        title = words.gettext("Not done")
        text = words.gettext(
            "This form came from another site, so nothing was changed. Open the page here and try again."
        )
        answer = pages.error_page(request, 403, title, text, failures.code())
        await answer.to_asgi_response(None, request)(scope, receive, send)


def _is_ours(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True  # not a browser, so it sends no victim's cookies
    parts = addresses.split(origin)
    ours = (headers.get("host", ""), urlsplit(config.settings().public_url).netloc)
    return parts is not None and parts.netloc in ours
