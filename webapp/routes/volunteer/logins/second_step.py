"""Setting up and ending second steps of one's own log-in (SPEC V1)."""

from __future__ import annotations

import re

import segno
from litestar import Request, Response, get, post
from pyotp.utils import build_uri

from webapp import letters, live, words
from webapp.access import letter_limits, login, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import AuthenticatorApp, RecoveryCode
from webapp.models.logins.passkeys import Passkey


@get("/account/second-step", dependencies=login.OWN)
async def second_step_page(request: Request, member: Membership, needed: int = 0) -> Response:
    return page(
        request,
        "volunteer/logins/second_step.html",
        needed=needed,
        has=await second_steps.of(member.user_id),
        passkeys=await Passkey.of(member.user_id),
        left=await RecoveryCode.left(member.user_id),
    )


@post("/account/second-step/app", dependencies=proving.OWN)
async def begin_app(request: Request, member: Membership) -> Response:
    """Its letter follows the first code."""
    await letter_limits.must_tell("log-in", member.user)
    secret = await AuthenticatorApp.begin(member.user)
    return _app(request, member, Form(), secret) if secret else _back(request, member)


@post("/account/second-step/app/confirmation", dependencies=proving.OWN)
async def confirm_app(request: Request, member: Membership) -> Response:
    form, secret = Form(await request.form()), await AuthenticatorApp.begun(member.user)
    if secret is None:
        return _back(request, member)
    code = form.text("code", words.gettext("Code"), 20, required=True)
    codes = await second_steps.confirm_app(member.user, code, login.session_of(request)) if form else None
    if codes is None:
        form.wrong("code", words.gettext("This code is not right. Type the one that the app shows now."))
        return _app(request, member, form, secret, status=422)
    await letters.log_in_changed(member.user, member.speaks, "app_added")
    await live.nudge(member.user_id, live.LOGGED_OUT)
    return page(request, "volunteer/logins/recovery_codes.html", codes=codes)


def _app(request: Request, member: Membership, form: Form, secret: str, status: int = 200) -> Response:
    uri = build_uri(secret, member.user.email, issuer="Textbank")
    qr = segno.make(uri).svg_data_uri(scale=5, dark="#17150f", light="#fffdf8")
    shown = {"form": form, "qr": qr, "secret": " ".join(re.findall(".{4}", secret)), "uri": uri}
    return page(request, "volunteer/logins/app.html", status_code=status, **shown)


@post("/account/second-step/app/end", dependencies=proving.OWN)
async def end_app(request: Request, member: Membership) -> Response:
    await letter_limits.must_tell("log-in", member.user)
    if await second_steps.end_app(member.user):
        await letters.log_in_changed(member.user, member.speaks, "app_removed")
    return _back(request, member)


@post("/account/second-step/recovery-codes", dependencies=proving.OWN)
async def renew_codes(request: Request, member: Membership) -> Response:
    if not await second_steps.of(member.user_id):
        return _back(request, member)
    await letter_limits.must_tell("log-in", member.user)
    codes = await RecoveryCode.renew(member.user)
    await letters.log_in_changed(member.user, member.speaks, "codes_made")
    return page(request, "volunteer/logins/recovery_codes.html", codes=codes)


def _back(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/account/second-step")


HANDLERS = [second_step_page, begin_app, confirm_app, end_app, renew_codes]
