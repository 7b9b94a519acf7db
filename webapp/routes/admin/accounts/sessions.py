"""An owner sees where a user is logged in and logs them out everywhere (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import live
from webapp.access import finding, proving
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts import sessions
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.rules.logins import devices


@get("/users/{member_id:int}/sessions")
async def sessions_page(request: Request, member: Membership, member_id: int) -> Response:
    who = await _of_owner(member, member_id)
    rows = [(one, devices.name(one.device)) for one in await Session.open_ones(who.user_id)]
    return page(request, "admin/accounts/sessions.html", who=who, rows=rows)


@post("/users/{member_id:int}/sessions/end", dependencies=proving.STAFF)
async def log_out(request: Request, member: Membership, member_id: int) -> Response:
    who = await _of_owner(member, member_id)
    await sessions.end_for(who, member)
    await live.nudge(who.user_id, live.LOGGED_OUT)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/users/{who.id}/sessions")


async def _of_owner(member: Membership, member_id: int) -> Membership:
    finding.owners_only(member)
    return await finding.member_of(member, member_id)


HANDLERS = [sessions_page, log_out]
