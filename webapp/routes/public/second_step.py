"""The second step of a log-in: a code of an app, a recovery code or a passkey, after the right password (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import pages
from webapp.access import entering, login, second_step
from webapp.forms import Form
from webapp.models.logins import second_steps
from webapp.models.logins.steps import SECOND, LoginStep
from webapp.pages import page


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
    has = await second_steps.of(step.user_id or 0)
    return page(request, "public/second_step.html", status_code=status, form=form, has=has)


router = Router("/", route_handlers=[second_page, pass_second])
