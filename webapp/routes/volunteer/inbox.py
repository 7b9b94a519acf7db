"""The inbox: threads that wait, live (SPEC V5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post

from webapp import news
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.assignments import waiting
from webapp.models.conversations import inbox

_PAGE, _LIST = "volunteer/inbox/inbox.html", "volunteer/inbox/_inbox.html"


@get("/inbox")
async def inbox_page(
    request: Request, member: Membership, show: str = "attention", q: str = "", before: str = "", said: str = ""
) -> Response:
    """A page, or for htmx the list alone. ``before``: only replies older than this instant. ``said``: what was just done."""
    show = show if show in inbox.SHOWS else "attention"
    threads = await inbox.threads(inbox.of(member), show, q[:80], instant(before))
    given: dict[str, Any] = {
        "q": q[:80],
        "before": before[:40],
        "more": len(threads) == inbox.PAGE,
        "staff_view": False,
        "said": said[:20],
    }
    given["waiting"] = await inbox.waiting(member)
    return page(request, _PAGE, _LIST, threads=threads, show=show, **given)


@get("/badges")
async def unread_badge(request: Request, member: Membership) -> Response:
    """The number in the masthead, asked again whenever something changed."""
    return page(request, "components/_unread_badge.html")


def instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo else None


@post("/waiting-replies")
async def take_waiting_reply(request: Request, member: Membership) -> Response:
    """One of the replies that others have left unanswered for long (G4)."""
    taken = await waiting.take_one(member)
    if taken is None:
        return pages.go_to(request, f"/c/{member.campaign.slug}/inbox?said=none_waits")
    conversation_id, before = taken
    if before:
        await news.tell(conversation_id, before)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation_id}")


HANDLERS = [inbox_page, unread_badge, take_waiting_reply]
