"""Changing one's own e-mail: a letter to the new address confirms it, the old one is told (SPEC S9)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import limiting, words
from webapp.access import letter_limits, login, right_password
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.routes.public import email_letters


@get("/account/email", dependencies=login.OWN)
async def email_page(request: Request, member: Membership) -> Response:
    return page(request, "volunteer/logins/email.html", form=Form(), sent_to="")


@post("/account/email", dependencies=login.OWN)
async def change_email(request: Request, member: Membership) -> Response:
    """Nothing changes before the letter is answered, and the answer does not tell whether somebody has the address."""
    form, user = Form(await request.form()), member.user
    email = form.email("new_email")
    known = await right_password.user_of(request, form, user.email) if form else None
    if known and not await _may_write(request, email):
        form.wrong("new_email", words.gettext("Too many letters were asked for. Wait an hour."))
    if known is None or not form:
        return page(request, "volunteer/logins/email.html", status_code=422, form=form, sent_to="")
    await email_letters.write_confirm(known, member.speaks, email)
    return page(request, "volunteer/logins/email.html", form=Form(), sent_to=email)


async def _may_write(request: Request, email: str) -> bool:
    return await letter_limits.may_write("email", email, letter_limits.from_here(request, limiting.LETTERS))


HANDLERS = [email_page, change_email]
