"""Operations: how the sending goes right now, for whoever watches over it."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp import queue
from webapp.models import pool, settling, spending, watching
from webapp.models.people import Membership
from webapp.pages import page


@get("/operations")
async def operations_page(request: Request, member: Membership) -> Response:
    """The page, or for htmx its figures alone: they refresh themselves."""
    campaign = member.campaign
    left = await watching.left_to_text(campaign)
    return page(
        request, "admin/operations.html", "admin/_operations.html", queues=await watching.queues(campaign),
        ends=await watching.open_ends(campaign), left=left, gone=await pool.done_at(campaign, 0),
        done=await pool.done_at(campaign, left), delays=await watching.delays(), worker=await queue.worker_seen(),
        undecided=await settling.how_many_undecided(campaign.id), spent=await spending.total_today(campaign),
    )  # fmt: skip


@get("/unmatched")
async def unmatched_page(request: Request, member: Membership) -> Response:
    """Texts from people nobody had texted from that number."""
    return page(request, "admin/unmatched.html", texts=await watching.unmatched(member.campaign))


HANDLERS = [operations_page, unmatched_page]
