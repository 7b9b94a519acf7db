"""The user's own account (SPEC S9), and the page for those who are not approved yet or suspended (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post
from litestar.di import Provide

from webapp.access import entering, login
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.opt_outs import bounds
from webapp.routes.public import own_details


@get("/account", dependencies=login.OWN)
async def account(request: Request, member: Membership) -> Response:
    return await _account(request, member, Form())


async def _account(
    request: Request, member: Membership, form: Form, status: int = 200, saved: bool = False
) -> Response:
    others = (
        await Membership.filter(user=member.user, removed_at=None).select_related("campaign").order_by("campaign__name")
    )
    return page(request, "volunteer/account.html", status_code=status, memberships=others, form=form, saved=saved)


@post("/account", dependencies=login.OWN)
async def save_account(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    person = own_details.read(form)
    if not form:
        return await _account(request, member, form, status=422)
    await member.user.change(**person)
    return await _account(request, member, Form(), saved=True)


@get("/waiting")
async def waiting(request: Request, anyone: Membership) -> Response:
    approved = (
        anyone.looks and "unapproved" in request.query_params
    )  # since the page was shown; the letter is still to come
    if anyone.active or approved:
        return pages.go_to(request, await entering.goes_on(anyone))
    paused = anyone.suspended_for == bounds.TOO_MANY_OPT_OUTS
    return page(request, "volunteer/waiting.html", suspended=anyone.suspended_at is not None, paused=paused)


HANDLERS = [account, save_account]
waiting_router = Router(
    "/c/{slug:str}", route_handlers=[waiting], dependencies={"anyone": Provide(login.current_member)}
)
