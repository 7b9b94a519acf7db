"""Operations: how the sending goes right now, for whoever watches over it."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp import queue
from webapp.models.accounts.users import Membership
from webapp.models.numbers import choice
from webapp.models.results import operations
from webapp.models.sending import caps, doubt
from webapp.pages import page


@get("/operations")
async def operations_page(request: Request, member: Membership) -> Response:
    """The page, or for htmx its figures alone: they refresh themselves."""
    campaign = member.campaign
    left = await operations.left_to_text(campaign)
    return page(
        request,
        "admin/results/operations.html",
        "admin/results/_operations.html",
        queues=await operations.queues(campaign),
        ends=await operations.open_ends(campaign),
        left=left,
        gone=await choice.done_at(campaign, 0),
        done=await choice.done_at(campaign, left),
        delays=await operations.delays(),
        worker=await queue.worker_seen(),
        undecided=await doubt.how_many_undecided(campaign.id),
        spent=await caps.total_today(campaign),
    )


@get("/unmatched")
async def unmatched_page(request: Request, member: Membership) -> Response:
    """Texts from people nobody had texted from that number."""
    return page(request, "admin/results/unmatched.html", texts=await operations.unmatched(member.campaign))


HANDLERS = [operations_page, unmatched_page]
