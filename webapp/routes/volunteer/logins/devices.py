"""Where one is logged in: each session with its device, and ending them (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import live
from webapp.access import finding, login, proving
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.rules.logins import devices


@get("/account/devices", dependencies=login.OWN)
async def devices_page(request: Request, member: Membership) -> Response:
    rows = [(one, devices.name(one.device)) for one in await Session.open_ones(member.user_id)]
    return page(request, "volunteer/logins/devices.html", rows=rows, own=login.session_of(request).id)


@post("/account/devices/{session_id:int}/end", dependencies=proving.OWN)
async def end_one(request: Request, member: Membership, session_id: int) -> Response:
    await (await finding.own_session(member, session_id)).end()
    return await _ended(request, member)


@post("/account/devices/end", dependencies=proving.OWN)
async def end_others(request: Request, member: Membership) -> Response:
    await Session.end_all(member.user, but=login.session_of(request).id)
    return await _ended(request, member)


async def _ended(request: Request, member: Membership) -> Response:
    await live.nudge(member.user_id, live.LOGGED_OUT)
    return pages.go_to(request, f"/c/{member.campaign.slug}/account/devices")


HANDLERS = [devices_page, end_one, end_others]
