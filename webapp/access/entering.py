"""A browser enters: with a new session, at the page where its user goes on."""

from __future__ import annotations

from litestar import Request, Response

from webapp import config
from webapp.access import client, login
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.pages import go_to

COOKIE_SECONDS = 30 * 24 * 3600


async def let_in(request: Request, user: User, path: str) -> Response:
    """A new session with a new token, whatever cookie the request had."""
    answer = go_to(request, path)
    answer.set_cookie(
        login.COOKIE,
        await Session.begin(user),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=config.settings().secure,
        path="/",
    )
    client.remember(answer, user.email)
    return answer


async def home_of(user: User) -> str:
    """The first page of the campaign this person used last: the office for staff, Home for volunteers."""
    members = (
        await Membership.filter(user=user, removed_at=None).select_related("campaign").order_by("-last_here_at", "-id")
    )
    if not members:
        return "/join"
    member = members[0]
    return f"/c/{member.campaign.slug}/admin/actions" if member.is_staff else f"/c/{member.campaign.slug}"
