"""Lets a user in: a new session for the browser, and the page where they go on."""

from __future__ import annotations

from litestar import Request, Response
from litestar.datastructures import Cookie

from webapp.access import client, cookies, login
from webapp.http.pages import go_to
from webapp.models.accounts import audit, members
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User
from webapp.models.actions import action_link
from webapp.models.logins import second_steps
from webapp.models.logins.steps import SECOND, LoginStep

COOKIE_SECONDS = 30 * 24 * 3600
STEP_COOKIE, STEP_SECONDS = "textbank_step", 600


async def let_in(request: Request, user: User, path: str) -> Response:
    """After a right password, or a link to set one. A user with a second step goes to it first, whichever way they came."""
    if not await second_steps.of(user.id):
        return await enter(request, user, path)
    answer, (token, _) = go_to(request, "/login/second"), await LoginStep.begin(SECOND, user, path)
    answer.cookies.append(step_cookie(token))
    client.remember(answer, user.email)
    return answer


async def enter(request: Request, user: User, path: str, second: bool = False) -> Response:
    """A new session with a new token, whatever cookie the request had; the session of that cookie ends. ``second``: a second
    step was passed, or a passkey that asked who its owner is."""
    if old := await Session.of(request.cookies.get(login.COOKIE, "")):
        await old.end()
    answer = go_to(request, path)
    answer.cookies.append(cookie(await Session.begin(user, request.headers.get("user-agent", ""), second)))
    answer.delete_cookie(STEP_COOKIE)
    audit.origin.set(client.address(request))
    await members.note_login(user)
    client.remember(answer, user.email)
    return answer


def renew(request: Request, token: str) -> None:
    """The answer to this request brings the new token of its session, whichever route answers (see `app.secure`)."""
    request.state.new_token = token


def step_cookie(token: str) -> Cookie:
    return cookie(token, STEP_COOKIE, STEP_SECONDS)


async def step_of(request: Request, kind: str) -> LoginStep | None:
    """The log-in of this browser that waits."""
    return await LoginStep.of(request.cookies.get(STEP_COOKIE, ""), kind)


def cookie(token: str, name: str = login.COOKIE, seconds: int = COOKIE_SECONDS) -> Cookie:
    return cookies.made(name, token, seconds)


async def home_of(user: User) -> str:
    """The first page of the campaign this person used last: the office for staff, `goes_on` for volunteers."""
    found = await Membership.filter(user=user, removed_at=None).select_related("user", "campaign")
    # Not ordered by the database: PostgreSQL puts the campaigns never visited first, SQLite last
    last = max(found, key=lambda m: (m.last_here_at is not None, m.last_here_at, m.id), default=None)
    if last is None:
        return "/join"
    return f"/c/{last.campaign.slug}/admin" if last.is_staff else await goes_on(last)


async def goes_on(member: Membership) -> str:
    """The first page of whoever is let in: the action whose link brought them, until they start it; else Home (SPEC A10)."""
    action = await action_link.brought(member)
    return f"/c/{member.campaign.slug}" + (f"/actions/{action.id}" if action else "")
