"""One's teams: their codes, and who is in them (SPEC P1)."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp.http.pages import page
from webapp.models.accounts import teams
from webapp.models.accounts.users import Membership


@get("/teams")
async def my_teams(request: Request, member: Membership) -> Response:
    return page(request, "volunteer/teams.html", teams=await teams.of_member(member))


HANDLERS = [my_teams]
