"""The office's first page once an action was published: what runs, what needs somebody, what it costs (SPEC R6)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from webapp import clock
from webapp.access import troubles
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts import members
from webapp.models.accounts.users import Membership
from webapp.models.conversations import inbox
from webapp.models.numbers import choice
from webapp.models.outcomes import undecided
from webapp.models.results import dashboard, operations
from webapp.models.scripts import first_steps
from webapp.models.sending import caps

_PAGE, _LIVE = "admin/results/dashboard/dashboard.html", "admin/results/dashboard/_dashboard.html"


@get("/")
async def office(request: Request, member: Membership) -> Response:
    """Before the first action is published: the list of what is left to do, on the page of actions. The fragment is what
    changes while people text; it is asked for when counts moved."""
    if await first_steps.of(member.campaign):
        return pages.redirect(request, f"/c/{member.campaign.slug}/admin/actions")
    figures = await _figures(member)
    if pages.is_partial(request):
        return page(request, _PAGE, _LIVE, **figures)
    return page(request, _PAGE, _LIVE, week=await dashboard.week(member.campaign), **figures)


async def _figures(member: Membership) -> dict[str, Any]:
    campaign, found = member.campaign, await troubles.of(member.campaign)
    running = (await dashboard.running([campaign]))[campaign.id]
    return {
        "running": running[: dashboard.MOST],
        "more": len(running) > dashboard.MOST,
        "at": clock.now(),
        "spent": await caps.today(campaign),
        "handed": await inbox.with_staff(member).count(),
        "undecided": await undecided.how_many(campaign.id),
        "waiting": await members.waiting(campaign.id).count(),
        "numbers": await dashboard.numbers(campaign),
        "queued": sum(q.texts for q in await operations.queues(campaign)),
        "gone": await choice.done_at(campaign, 0, troubles.stop(found)),
        "works": not any(one.name in ("worker", "valkey") for one in found),
    }


HANDLERS = [office]
