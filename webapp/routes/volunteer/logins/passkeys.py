"""One's own passkeys: made, and removed (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import letters, live, words
from webapp.access import entering, finding, letter_limits, passkeys, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.logins import second_steps
from webapp.models.logins.passkeys import MOST, Passkey
from webapp.models.logins.steps import NEW_PASSKEY, LoginStep
from webapp.rules.logins import devices


@get("/account/passkeys/new", dependencies=proving.OWN)
async def new_passkey(request: Request, member: Membership) -> Response:
    if len(await Passkey.of(member.user_id)) >= MOST:
        return _back(request, member)
    return await _new(request, member, Form())


async def _new(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    token, step = await LoginStep.begin(NEW_PASSKEY, member.user)
    options = await passkeys.asked_to_make(member.user, step.challenge)
    name = " ".join(filter(None, devices.name(request.headers.get("user-agent", ""))))
    shown = {"form": form, "options": options, "name": name}
    answer = page(request, "volunteer/logins/passkey.html", status_code=status, **shown)
    answer.cookies.append(entering.step_cookie(token))
    return answer


@post("/account/passkeys", dependencies=proving.OWN)
async def add_passkey(request: Request, member: Membership) -> Response:
    form, step = Form(await request.form()), await entering.step_of(request, NEW_PASSKEY)
    name = form.text("name", words.gettext("Name"), 60, required=True)
    own = step if form and step and step.user_id == member.user_id else None
    await letter_limits.must_tell("log-in", member.user)
    codes = await passkeys.made(request, form, own, name) if own else None
    if codes is None:
        form.wrong("name", words.gettext("This passkey was not accepted. Nothing was changed. Try again."))
        return await _new(request, member, form, status=422)
    await letters.log_in_changed(member.user, member.speaks, "passkey_added", name)
    await live.nudge(member.user_id, live.LOGGED_OUT)
    return page(request, "volunteer/logins/recovery_codes.html", codes=codes) if codes else _back(request, member)


@post("/account/passkeys/{passkey_id:int}/end", dependencies=proving.OWN)
async def end_passkey(request: Request, member: Membership, passkey_id: int) -> Response:
    passkey = await finding.passkey_of(member, passkey_id)
    await letter_limits.must_tell("log-in", member.user)
    if await second_steps.end_passkey(passkey, member.user):
        await letters.log_in_changed(member.user, member.speaks, "passkey_removed", passkey.name)
    return _back(request, member)


def _back(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/account/second-step")


HANDLERS = [new_passkey, add_passkey, end_passkey]
