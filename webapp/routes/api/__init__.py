"""The API, for programs: tokens instead of logins, JSON instead of pages (SPEC B6)."""

from __future__ import annotations

from litestar import Router

from webapp.access import api as asking
from webapp.routes import problems
from webapp.routes.api import description, incoming, outgoing

BODY = 1_000_000  # bytes


def router() -> Router:
    of_campaign = Router(
        "/campaigns/{slug:str}",
        route_handlers=[*outgoing.HANDLERS, *incoming.HANDLERS],
        guards=[asking.guard],
        request_max_body_size=BODY,
        exception_handlers={RecursionError: problems.too_deep},
        security=[{"token": []}],
    )
    return Router("/api/v1", route_handlers=[of_campaign, *description.HANDLERS])
