"""My Campaigns: everywhere the login is a member, to switch between them (SPEC P1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get

from webapp.access import login
from webapp.http.pages import page
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.results import dashboard
from webapp.models.sending import caps


@get("/campaigns")
async def my_campaigns(request: Request, said: str = "") -> Response:
    """``said``: "left" where they have just left one."""
    user = await login.current_user(request)
    found = Membership.filter(user=user, removed_at=None).select_related("campaign").order_by("campaign__name")
    mine = await found
    figures = await _figures([one.campaign for one in mine if login.opens_office(request, one)])
    return page(request, "public/campaigns.html", memberships=mine, user=user, figures=figures, left=said == "left")


async def _figures(campaigns: list[Campaign]) -> dict[int, dict[str, int]]:
    """Campaign -> the few numbers of its dashboard, for those of whose staff the user is (SPEC R6)."""
    running, spent = await dashboard.running(campaigns), await caps.today_of(campaigns)
    return {
        one.id: {
            "running": len(running[one.id]),
            "left": sum(row.counted["remaining"] for row in running[one.id]),
            "needs_attention": sum(row.counted["needs_attention"] for row in running[one.id]),
            "spent": sum(spent[one.id].values()),
        }
        for one in campaigns
    }


router = Router("/", route_handlers=[my_campaigns])
