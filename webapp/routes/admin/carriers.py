"""How carriers treat the texts of the campaign, or of one action: by error, number, script's version and time (SPEC R7)."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp.access import finding
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.carriers import delivery, showing
from webapp.models.carriers.delivery import PERIODS, Chosen


@get("/carriers")
async def of_campaign(request: Request, member: Membership, days: int = 7) -> Response:
    return await _carriers(request, member, None, days)


@get("/actions/{action_id:int}/carriers")
async def of_action(request: Request, member: Membership, action_id: int, days: int = 7) -> Response:
    return await _carriers(request, member, await finding.action_of(member, action_id), days)


async def _carriers(request: Request, member: Membership, action: Action | None, days: int) -> Response:
    chosen = Chosen(member.campaign, action, days if days in PERIODS else 7)
    total, errors = await delivery.by_error(chosen)
    return page(
        request,
        "admin/carriers/carriers.html",
        "admin/carriers/_carriers.html",
        action=action,
        days=chosen.days,
        periods=PERIODS,
        standing=await showing.standing(member.campaign_id, action),
        total=total,
        errors=errors,
        numbers=await delivery.by_number(chosen),
        versions=await delivery.by_version(chosen),
        over_time=await delivery.over_time(chosen),
    )


HANDLERS = [of_campaign, of_action]
