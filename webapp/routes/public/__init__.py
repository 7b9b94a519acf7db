"""Routes that need no login to a campaign: entry, tracked links, pictures for Twilio, health, metrics, live news, the choice of
language."""

from __future__ import annotations

from litestar import Router

from webapp.routes.public import email_letters, entry, fetched, health, language, metrics, new_password, proof, stream


def routers() -> list[Router]:
    modules = (entry, new_password, email_letters, language, proof, fetched, health, metrics, stream)
    return [module.router for module in modules]
