"""Leaving a campaign by oneself: asked first, with what becomes of one's conversations (SPEC P1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp.access import login, proving
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.departures import suspending
from webapp.models.scripts import team_codes


@get("/account/leaving", dependencies=login.OWN)
async def ask_to_leave(request: Request, member: Membership) -> Response:
    return await _ask(request, member)


async def _ask(request: Request, member: Membership, status: int = 200) -> Response:
    why, about = await suspending.may_not_leave(member), await suspending.suspension_of(member)
    last_team = await team_codes.lost_with(member)
    return page(request, "volunteer/leaving.html", status_code=status, why=why, about=about, last_team=last_team)


@post("/account/leaving", dependencies=proving.OWN)
async def leave(request: Request, member: Membership) -> Response:
    """An empty form asks again."""
    sure = (await request.form()).get("leave")
    if not sure or await suspending.leave(member):
        return await _ask(request, member, status=422)
    return pages.go_to(request, "/campaigns?said=left")


HANDLERS = [ask_to_leave, leave]
