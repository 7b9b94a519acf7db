"""Changing one's own password, with the old one (SPEC S9)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import letters, live, words
from webapp.access import entering, letter_limits, login, right_password
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import passwords
from webapp.models.accounts.users import Membership


@get("/account/password", dependencies=login.OWN)
async def password_page(request: Request, member: Membership) -> Response:
    return page(request, "volunteer/logins/password.html", form=Form())


@post("/account/password", dependencies=login.OWN)
async def change_password(request: Request, member: Membership) -> Response:
    """Every other device is logged out; this one gets a new session."""
    form, user = Form(await request.form()), member.user
    new = form.new_password("new_password", await passwords.known_of(user))
    known = await right_password.user_of(request, form, user.email) if form else None
    if known and not await letter_limits.may_tell("password", user):
        form.wrong("new_password", words.gettext("It was changed too often lately, and is as it was. Wait an hour."))
    if known is None or not form:
        return page(request, "volunteer/logins/password.html", status_code=422, form=form)
    await passwords.set_password(known, await passwords.hashed(new))
    await letters.password_changed(user, member.speaks)
    await live.nudge(user.id, live.LOGGED_OUT)
    return await entering.let_in(request, known, f"/c/{member.campaign.slug}/account")


HANDLERS = [password_page, change_password]
