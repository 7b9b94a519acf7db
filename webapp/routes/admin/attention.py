"""Needs Attention: threads handed to the staff (SPEC G3, V8)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import access, pages
from webapp.models.accounts.users import Membership
from webapp.models.conversations import assigning, inbox
from webapp.pages import page

_PAGE, _LIST = "admin/conversations/attention.html", "volunteer/inbox/_threads.html"


@get("/attention")
async def attention(request: Request, member: Membership, show: str = "all") -> Response:
    """Threads handed to the staff (SPEC G3)."""
    show = show if show in inbox.SHOWS else "all"
    threads = await inbox.threads(inbox.with_staff(member), show)
    return page(request, _PAGE, _LIST, threads=threads, show=show, q="", before="", more=False, staff_view=True)


@post("/threads/{conversation_id:int}/holders")
async def take_over(request: Request, member: Membership, conversation_id: int) -> Response:
    """Take a thread of the staff's into one's own inbox."""
    conversation = await access.held_conversation(member, conversation_id)
    await assigning.take_over(conversation.id, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation.id}")


HANDLERS = [attention, take_over]
