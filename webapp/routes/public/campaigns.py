"""My Campaigns: everywhere the login is a member, to switch between them (SPEC P1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get

from webapp.access import login
from webapp.models.accounts.users import Membership
from webapp.pages import page


@get("/campaigns")
async def my_campaigns(request: Request) -> Response:
    user = await login.current_user(request)
    mine = Membership.filter(user=user, removed_at=None).select_related("campaign").order_by("campaign__name")
    return page(request, "public/campaigns.html", memberships=await mine, user=user)


router = Router("/", route_handlers=[my_campaigns])
