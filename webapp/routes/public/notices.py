"""No more e-mails of a kind, without a login (RFC 8058), and browsers that ask for notices (SPEC P2)."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Request, Response, Router, get, post
from litestar.exceptions import NotFoundException

from webapp.access import login
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.sessions import Session
from webapp.models.notices import choices, push_device
from webapp.models.notices.choices import BY_EMAIL
from webapp.rules.notices import push_address


@get("/unsubscribe/{token:str}")
async def ask_to_unsubscribe(request: Request, token: str) -> Response:
    """Asks first: programs that look at letters follow their links."""
    return await _unsubscribe(request, token, done=False)


@post("/unsubscribe/{token:str}")
async def unsubscribe(request: Request, token: str) -> Response:
    """By the page's button, or by the mail program's own (List-Unsubscribe=One-Click)."""
    return await _unsubscribe(request, token, done=True)


async def _unsubscribe(request: Request, token: str, done: bool) -> Response:
    await login.current_session(request)
    found = await choices.of_token(token)
    if found is None:
        raise NotFoundException
    member, about = found
    if done:
        await choices.choose(member, **{f"{BY_EMAIL}_{about}": False})
    login.speak_as(member)
    given: dict[str, Any] = {
        "done": done,
        "about": about,
        "of": member.campaign,
        "email": member.user.email,
        "token": token,
    }
    return page(request, "public/unsubscribe.html", **given)


@post("/push-devices")
async def keep_device(request: Request) -> Response:
    """This browser shows the user's notices from now on."""
    session, form = await _session(request), Form(await request.form())
    given = [
        form.text(name, name, most, required=True)
        for name, most in (("endpoint", 1_000), ("p256dh", 100), ("auth", 40))
    ]
    if not form or not push_address.acceptable(*given):
        return Response("", status_code=422, media_type=MediaType.TEXT)
    await push_device.keep(session, *given)
    return Response("", status_code=200, media_type=MediaType.TEXT)


@post("/push-devices/end")
async def drop_device(request: Request) -> Response:
    session, form = await _session(request), Form(await request.form())
    await push_device.drop(session.user, form.text("endpoint", "endpoint", 1_000))
    return Response("", status_code=200, media_type=MediaType.TEXT)


async def _session(request: Request) -> Session:
    session = await login.current_session(request)
    if session is None:
        raise login.LoggedOut
    return session


router = Router("/", route_handlers=[ask_to_unsubscribe, unsubscribe, keep_device, drop_device])
