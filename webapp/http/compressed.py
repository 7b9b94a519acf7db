"""Pages and static files gzipped for browsers that take it: a card is a third of its size, a script or sheet a quarter.

BREACH is an attack that guesses a secret on a page from the page's size, by words that the attacker put on the same
page. Anybody can choose words on our pages: by a text, by a form's answers, or by the query of an address that
somebody's browser opens. So three kinds of pages are not compressed. The first answer a request with a query. The second
are outside a campaign, where all but the log-in have tokens. The third show a secret: a link with a join code or a token,
a QR code, a token of the API or a webhook's secret. Join codes, invites, action links and keys of an app are shown that
way (tests/http/test_compressed.py). Streams are never touched.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from litestar import MediaType, Request, Response

LEAST = 600  # bytes: below that it saves nothing
QUICK, BEST = 4, 9
LITTLE, USUAL = 5, 8  # memory: a page is as small with little, which takes half the time to set up
_SHOWN_IN_FULL = re.compile(
    r"""https?://[^/\s"'<>]+/(join\?|([a-z]+/)*[\w-]{16,})|data:image/svg|otpauth:|(textbank|whsec)_[\w+/-]{16,}"""
)
_IN_EACH = ("://", "data:image/svg", "otpauth:", "textbank_", "whsec_")  # quickly looked for: a card has none of them
GZIP = {"content-encoding": "gzip"}


def page(request: Request[Any, Any, Any], html: str, part: bool, status: int, vary: str) -> Response[Any]:
    """``part``: htmx asks for a part of a page."""
    headers, content = {"vary": f"{vary}, Accept-Encoding"}, html.encode()
    if len(content) >= LEAST and taken_by(request) and not _carries_secret(request, html, part):
        headers |= GZIP
        content = gzipped(content, QUICK, LITTLE)
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=headers)


def _carries_secret(request: Request[Any, Any, Any], html: str, part: bool) -> bool:
    asked_by_stranger = bool(request.scope["query_string"]) and not part  # no other site can ask for a part of a page
    path = request.scope["path"]
    outside = path != "/login" and not path.startswith("/c/")
    return asked_by_stranger or outside or _shows_secret(html)


def _shows_secret(html: str) -> bool:
    return any(part in html for part in _IN_EACH) and _SHOWN_IN_FULL.search(html) is not None


def taken_by(request: Request[Any, Any, Any]) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def gzipped(content: bytes, level: int = BEST, memory: int = USUAL) -> bytes:
    """Without a time, so that the same content gives the same bytes."""
    made = zlib.compressobj(level, zlib.DEFLATED, 31, memory)
    return made.compress(content) + made.flush()
