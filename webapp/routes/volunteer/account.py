"""The user's own account, and the page for those who are not approved yet or suspended (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get
from litestar.di import Provide

from webapp import pages
from webapp.access import login
from webapp.models.accounts.users import Membership
from webapp.pages import page


@get("/account")
async def account(request: Request, member: Membership) -> Response:
    others = await Membership.filter(user=member.user).select_related("campaign").order_by("campaign__name")
    return page(request, "volunteer/account.html", memberships=others)


@get("/waiting")
async def waiting(request: Request, anyone: Membership) -> Response:
    if anyone.active:
        return pages.redirect(request, f"/c/{anyone.campaign.slug}")
    return page(request, "volunteer/waiting.html", suspended=anyone.suspended_at is not None)


HANDLERS = [account]
waiting_router = Router(
    "/c/{slug:str}", route_handlers=[waiting], dependencies={"anyone": Provide(login.current_member)}
)
