"""Operations: queues, open ends and delays of the sending right now, for the staff."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from webapp.access import troubles
from webapp.http.pages import page
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.numbers import choice
from webapp.models.outcomes import undecided
from webapp.models.results import operations


@get("/operations")
async def operations_page(request: Request, member: Membership) -> Response:
    """The page. htmx reloads its figures, as a fragment."""
    found = await troubles.shared(member.campaign, all_of_it=True)
    figures = {**found, **await _figures(member.campaign, troubles.stop(found["troubles"]))}
    return page(request, "admin/results/operations.html", "admin/results/_operations.html", **figures)


async def _figures(campaign: Campaign, stopped: bool) -> dict[str, Any]:
    left = await operations.left_to_text(campaign)
    return {
        "queues": await operations.queues(campaign),
        "ends": await operations.open_ends(campaign),
        "left": left,
        "gone": await choice.done_at(campaign, 0, stopped),
        "done": await choice.done_at(campaign, left, stopped),
        "delays": await operations.delays(),
        "undecided": await undecided.how_many(campaign.id),
    }


@get("/unmatched")
async def unmatched_page(request: Request, member: Membership) -> Response:
    """Texts from people to whom no text of ours had gone from that number."""
    return page(request, "admin/results/unmatched.html", texts=await operations.unmatched(member.campaign))


HANDLERS = [operations_page, unmatched_page]
