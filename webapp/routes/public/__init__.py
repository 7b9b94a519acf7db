"""Routes that need no login to a campaign: entry, tracked links, pictures for Twilio, health, metrics, live news."""

from __future__ import annotations

from litestar import Router

from webapp.routes.public import entry, fetched, health, metrics, new_password, stream


def routers() -> list[Router]:
    return [entry.router, new_password.router, fetched.router, health.router, metrics.router, stream.router]
