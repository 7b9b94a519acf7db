"""All cookies of the site have the same flags: no script reads them, no other site's form sends them, and in production they
travel over HTTPS alone."""

from __future__ import annotations

from litestar.datastructures import Cookie

from webapp import config


def made(name: str, value: str, seconds: int, path: str = "/") -> Cookie:
    """``seconds``: how long the browser keeps it; 0 deletes it there."""
    secure = config.settings().secure
    return Cookie(key=name, value=value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path=path)
