"""Addresses of this site that a request names: the page it is on, and the one to go to next."""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit

from litestar import Request

_OF_ADDRESSES = "/?#%&=+:;,@!$'()*[]~"  # quoted already, or needing no quotes


def page_of(request: Request) -> str:
    """The path of this page; of the page with the form, where it is a form's request. "" where that is not known, or none of
    ours."""
    on = split(str(request.url) if request.method == "GET" else request.headers.get("referer", ""))
    return safe_next(on.path + (f"?{on.query}" if on.query else "")) if on else ""


def split(address: str) -> SplitResult | None:
    """None where it is no address, such as "http://[": Python raises then."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def came_from(request: Request) -> str:
    """The path of the page of ours that a form or link stood on; "/" where nobody says."""
    referer = request.headers.get("referer", "")
    return (safe_next("/" + referer.split("/", 3)[3]) if referer.count("/") >= 3 else "") or "/"


def safe_next(path: str) -> str:
    """The path where it is one of this site, else nothing: a link of ours never leads to another site. As it stands in a
    header: in ASCII, without what browsers leave out of an address."""
    parts = split(path)
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return quote(path, safe=_OF_ADDRESSES) if parts and inside and not parts.netloc else ""
