"""The checklist of the first text bank (SPEC H4)."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.results import first_night


@get("/first-night")
async def first_night_page(request: Request, member: Membership) -> Response:
    steps = await first_night.of(member)
    return page(request, "admin/results/first_night/first_night.html", steps=steps, parts=first_night.PARTS)


HANDLERS = [first_night_page]
