"""Pages and static files gzipped for browsers that take it: a card is a third of its size, a script or sheet a quarter.

BREACH guesses a secret of a page from its size, by what a stranger made stand beside it. A stranger can choose the query of an
address that somebody's browser opens, and nothing else: cookies are Lax, forms come from our own pages, and no other site
can ask for a part of a page. So a page asked with a query is sent as it is. Streams are never touched.
"""

from __future__ import annotations

import zlib
from typing import Any

from litestar import MediaType, Request, Response

LEAST = 600  # bytes: below that it saves nothing
QUICK, BEST = 4, 9
GZIP = {"content-encoding": "gzip"}


def page(request: Request[Any, Any, Any], html: str, part: bool, status: int, vary: str) -> Response[Any]:
    """``part``: htmx asks for a part of a page."""
    headers, content = {"vary": f"{vary}, Accept-Encoding"}, html.encode()
    if len(content) >= LEAST and taken_by(request) and (part or not request.scope["query_string"]):
        headers |= GZIP
        content = gzipped(content, QUICK)
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=headers)


def taken_by(request: Request[Any, Any, Any]) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def gzipped(content: bytes, level: int = BEST) -> bytes:
    """Without a time, so that the same content gives the same bytes."""
    made = zlib.compressobj(level, zlib.DEFLATED, 31)
    return made.compress(content) + made.flush()
