"""Needs Attention: every conversation that waits for an answer, over all actions, and threads handed to the staff (SPEC G3,
V8)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import news
from webapp.access import finding
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning, waiting
from webapp.models.conversations import inbox
from webapp.routes.volunteer.inbox import instant

_PAGE, _LIST = "admin/conversations/attention.html", "volunteer/inbox/_threads.html"
_WALL = "admin/conversations/_wall.html"


@get("/attention")
async def attention(
    request: Request, member: Membership, show: str = "waiting", after: str = "", after_id: int = 0
) -> Response:
    """``show``: "waiting", whoever holds them, or "staff", those handed to the staff. ``after``: the last one shown."""
    if show == "staff":
        threads = await inbox.threads(inbox.with_staff(member), "all")
        return page(request, _PAGE, _LIST, threads=threads, show=show, q="", before="", more=False, staff_view=True)
    threads = await waiting.wall(member.campaign_id, instant(after), finding.row_id(after_id))
    return page(request, _PAGE, _WALL, threads=threads, show="waiting", more=len(threads) == inbox.PAGE)


@post("/threads/{conversation_id:int}/holders")
async def take_over(request: Request, member: Membership, conversation_id: int) -> Response:
    """Takes a thread that waits into one's own inbox; the page of who held it says that it moved."""
    conversation = await finding.waiting_conversation(member, conversation_id)
    before = await assigning.take_over(conversation.id, member)
    if before:
        await news.tell(conversation.id, before)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation.id}")


HANDLERS = [attention, take_over]
