"""Tells limits on tries where a request comes from: its address, and whether this browser has logged in as somebody before."""

from __future__ import annotations

import hashlib
import hmac

from litestar import Request, Response

from webapp import config
from webapp.access import cookies
from webapp.rules import client_address

KNOWN_COOKIE = "textbank_known"
KNOWN_SECONDS = 365 * 24 * 3600


def address(request: Request) -> str:
    """The address that failures are counted by: of IPv4 the whole, of IPv6 the /64."""
    peer = request.client.host if request.client else ""
    return client_address.of(peer, request.headers.getall("x-forwarded-for", []), config.settings().proxies)


def behind_a_stranger(request: Request) -> bool:
    """Does the request come through a proxy that TEXTBANK_TRUSTED_PROXIES does not name? Then all count as one."""
    peer = request.client.host if request.client else ""
    return "x-forwarded-for" in request.headers and not client_address.is_trusted(peer, config.settings().proxies)


def remember(answer: Response, email: str) -> None:
    """Marks a browser in which this e-mail and its password were right: what others get wrong never locks it out."""
    answer.set_cookie(cookies.made(KNOWN_COOKIE, _mark(email), KNOWN_SECONDS))


def knows(request: Request, email: str) -> bool:
    """Was this e-mail's password right in this browser before?"""
    return hmac.compare_digest(request.cookies.get(KNOWN_COOKIE, "").encode(), _mark(email).encode())


def place(request: Request, email: str) -> str:
    """Where somebody tries to log in from: a browser that knows this e-mail counts by itself, every other by its address."""
    return f"known {address(request)}" if knows(request, email) else address(request)


def _mark(email: str) -> str:
    key = config.secret_key(config.settings()).encode()
    return hmac.new(key, b"known " + hashlib.sha256(email.encode()).digest(), hashlib.sha256).hexdigest()
