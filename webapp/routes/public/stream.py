"""The live stream of each page: it says what changed, and the page fetches it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any

from litestar import Request, Response, Router, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from webapp import live as live_news
from webapp.access import login
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import STAFF, Membership


@get("/live")
async def live(request: Request) -> Response | ServerSentEvent:
    session = await login.listener(request)
    here = Membership.filter(user_id=session.user_id, suspended_at=None, removed_at=None)
    staff = here.filter(role__in=STAFF).exclude(approved_at=None)
    return ServerSentEvent(news_of(request.app.state.hub, session, [member.campaign_id for member in await staff]))


async def news_of(hub: Any, session: Session, campaigns: Collection[int] = ()) -> AsyncIterator[ServerSentEventMessage]:
    """Ends with the session; the page asks again then, and goes to the login. ``campaigns``: those it is of the staff of. It
    ends too where what the user may see is another: the page asks again, and hears what they may hear now."""
    async for news in hub.listen(session.user_id, campaigns):
        if news is not None and news.event == live_news.LOGGED_OUT and not await session.runs():
            return
        if news is None:
            yield ServerSentEventMessage(comment="still here")
        else:
            yield ServerSentEventMessage(event=news.event, data=str(news.id))
            if news.event == live_news.ACCESS_CHANGED:
                return


def no_session(request: Request, _: Exception) -> Response[str]:
    """401, no redirect: the page's script goes to the login when it sees this."""
    return Response("", status_code=401)


router = Router("/", route_handlers=[live], exception_handlers={login.LoggedOut: no_session})
