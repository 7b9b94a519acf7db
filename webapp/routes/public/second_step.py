"""The second step of a log-in: a code of an app, a recovery code or a passkey, after the right password (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post
from litestar.exceptions import TooManyRequestsException

from webapp import limiting
from webapp.access import client, entering, login, passkeys, second_step
from webapp.http import addresses, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.logins import second_steps
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import PASSKEY, SECOND, LoginStep


@get("/login/second")
async def second_page(request: Request) -> Response:
    await login.current_session(request)
    step = await entering.step_of(request, SECOND)
    return await _second(request, step, Form()) if step else pages.redirect(request, "/login")


@post("/login/second")
async def pass_second(request: Request) -> Response:
    await login.current_session(request)
    form, step = Form(await request.form()), await entering.step_of(request, SECOND)
    if step is None or step.user is None:
        return pages.go_to(request, "/login")
    if not await second_step.opens(request, form, step.user.id) or not await step.use():
        return await _second(request, step, form, status=422)
    return await entering.enter(request, step.user, step.path, second=True)


async def _second(request: Request, step: LoginStep, form: Form, status: int = 200) -> Response:
    own = await Passkey.of(step.user_id or 0)
    options = passkeys.asked_to_show(step.challenge, own) if own else ""
    shown = {"form": form, "has": await second_steps.of(step.user_id or 0), "options": options}
    return page(request, "public/second_step.html", status_code=status, **shown)


@post("/login/second/passkey")
async def pass_second_by_passkey(request: Request) -> Response:
    await login.current_session(request)
    form, step = Form(await request.form()), await entering.step_of(request, SECOND)
    user = await passkeys.owner(form, step) if step and step.user_id else None
    if step is None or user is None:
        return _not_accepted(request)
    return await entering.enter(request, user, step.path, second=True)


@post("/login/passkey")
async def ask_for_passkey(request: Request) -> Response:
    """The page that asks the browser for a passkey. The passkey itself says whose it is."""
    await login.current_session(request)
    if not await limiting.allowed(limiting.PASSKEYS, "passkey", client.address(request)):
        raise TooManyRequestsException
    path = addresses.safe_next(Form(await request.form()).text("next", "", 2_000))
    token, step = await LoginStep.begin(PASSKEY, path=path)
    answer = page(request, "public/passkey.html", options=passkeys.asked_to_show(step.challenge, []), refused=False)
    answer.cookies.append(entering.step_cookie(token))
    return answer


@post("/login/passkey/answer")
async def log_in_by_passkey(request: Request) -> Response:
    await login.current_session(request)
    form, step = Form(await request.form()), await entering.step_of(request, PASSKEY)
    user = await passkeys.owner(form, step) if step else None
    if step is None or user is None:
        return _not_accepted(request)
    return await entering.enter(request, user, step.path or await entering.home_of(user), second=True)


def _not_accepted(request: Request) -> Response:
    return page(request, "public/passkey.html", status_code=422, options="", refused=True)


router = Router(
    "/", route_handlers=[second_page, pass_second, pass_second_by_passkey, ask_for_passkey, log_in_by_passkey]
)
