"""Routes that need no login to a campaign: the log-in, tracked links, pictures for Twilio, health, metrics, live news, the
choice of language and of light or dark."""

from __future__ import annotations

from litestar import Router

from webapp.routes.public import (
    action_link,
    campaigns,
    email_letters,
    fetched,
    health,
    joining,
    kept_words,
    login,
    metrics,
    new_password,
    notices,
    preferences,
    proof,
    second_step,
    stream,
)
from webapp.routes.public.opt_ins import page as opt_in_page

LOGIN = (
    login,
    kept_words,
    proof,
    second_step,
    campaigns,
    joining,
    action_link,
    new_password,
    email_letters,
    preferences,
)


def routers() -> list[Router]:
    modules = (*LOGIN, opt_in_page, notices, fetched, health, metrics, stream)
    return [module.router for module in modules]
