"""An action's link: through sign-up or log-in to that very action (SPEC A10)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post
from litestar.exceptions import NotFoundException

from webapp.access import login
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions import action_link
from webapp.models.actions.action import DRAFT, Action
from webapp.models.joining.door import Door
from webapp.routes.public import joining


@get("/a/{token:str}")
async def open_link(request: Request, token: str) -> Response:
    session = await login.current_session(request)
    action = await _of_token(token)
    member = await _member(session.user_id, action.campaign_id) if session else None
    return await (_invited(request, action, member) if member else joining.join_form(request, Form(), _door(action)))


@post("/a/{token:str}")
async def join_by_link(request: Request, token: str) -> Response:
    """The sign-up form; then the link is opened again, by a member."""
    await login.current_session(request)
    action = await _of_token(token)
    return await joining.joined(request, Form(await request.form()), _door(action))


async def _of_token(token: str) -> Action:
    action = await action_link.of_token(token)
    if action is None:
        raise NotFoundException
    return action


def _door(action: Action) -> Door:
    return Door(action.campaign, link=f"/a/{action.link_token}")


async def _invited(request: Request, action: Action, member: Membership) -> Response:
    home, name = f"/c/{action.campaign.slug}", action.campaign.name
    if not await action_link.invite(action, member):
        return page(request, "public/action_link.html", home=home, why="limits", campaign_name=name)
    if not member.looks:
        return pages.redirect(request, f"{home}/waiting")
    if action.state == DRAFT:
        return page(request, "public/action_link.html", home=home, why="draft", campaign_name=name)
    return pages.redirect(request, f"{home}/actions/{action.id}")


async def _member(user_id: int, campaign_id: int) -> Membership | None:
    found = Membership.filter(user_id=user_id, campaign_id=campaign_id, removed_at=None)
    return await found.select_related("user", "campaign").first()


router = Router("/", route_handlers=[open_link, join_by_link])
