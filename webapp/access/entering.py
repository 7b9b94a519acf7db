"""A browser enters: with a new session, at the page where its user goes on."""

from __future__ import annotations

from litestar import Request, Response
from litestar.datastructures import Cookie

from webapp import config
from webapp.access import client, login
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.pages import go_to

COOKIE_SECONDS = 30 * 24 * 3600


async def let_in(request: Request, user: User, path: str) -> Response:
    """A new session with a new token, whatever cookie the request had; the session of that cookie ends."""
    if old := await Session.of(request.cookies.get(login.COOKIE, "")):
        await old.end()
    answer = go_to(request, path)
    answer.cookies.append(cookie(await Session.begin(user, request.headers.get("user-agent", ""))))
    client.remember(answer, user.email)
    return answer


def renew(request: Request, token: str) -> None:
    """The answer to this request brings the new token of its session, whichever route answers (see `app.secure`)."""
    request.state.new_token = token


def cookie(token: str) -> Cookie:
    return Cookie(
        key=login.COOKIE,
        value=token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=config.settings().secure,
        path="/",
    )


async def home_of(user: User) -> str:
    """The first page of the campaign this person used last: the office for staff, Home for volunteers."""
    members = (
        await Membership.filter(user=user, removed_at=None).select_related("campaign").order_by("-last_here_at", "-id")
    )
    if not members:
        return "/join"
    member = members[0]
    return f"/c/{member.campaign.slug}/admin/actions" if member.is_staff else f"/c/{member.campaign.slug}"
