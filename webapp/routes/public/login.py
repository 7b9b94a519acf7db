"""Log in and log out (SPEC V1)."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import live
from webapp.access import entering, kept_words, login, right_password
from webapp.http import addresses, pages
from webapp.http.forms import Form
from webapp.http.pages import go_to, page
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User


@get("/")
async def front(request: Request) -> Response:
    session = await login.current_session(request)
    return pages.redirect(request, await entering.home_of(session.user) if session else "/login")


@get("/login")
async def login_page(request: Request, next: str = "", expired: int = 0) -> Response:
    session = await login.current_session(request)
    if session:
        return pages.redirect(request, addresses.safe_next(next) or await entering.home_of(session.user))
    return page(request, "public/login.html", form=Form(), next=addresses.safe_next(next), expired=expired)


@post("/login")
async def log_in(request: Request) -> Response:
    await login.current_session(request)
    form = Form(await request.form())
    next_ = addresses.safe_next(str(form.data.get("next", "")))
    user = await _known(request, form)
    if user is None:
        return page(request, "public/login.html", status_code=422, form=form, next=next_, expired=0)
    kept = form.data.get("words") and kept_words.of(request, user)  # only a browser without JavaScript sends this field
    return await entering.let_in(request, user, kept_words.PAGE if kept else next_ or await entering.home_of(user))


async def _known(request: Request, form: Form) -> User | None:
    """The user of the e-mail and the password in the form."""
    email = form.email()
    return await right_password.user_of(request, form, email) if form else None


@post("/logout")
async def log_out(request: Request) -> Response:
    if session := await login.current_session(request):
        await session.end()
        await live.nudge(session.user_id, live.LOGGED_OUT)
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    answer.cookies.append(kept_words.cookie(""))
    return answer


@post("/sessions/end")
async def log_out_everywhere(request: Request) -> Response:
    user = await login.current_user(request)
    await Session.end_all(user)
    await live.nudge(user.id, live.LOGGED_OUT)
    answer = go_to(request, "/login")
    answer.delete_cookie(login.COOKIE)
    answer.cookies.append(kept_words.cookie(""))
    return answer


router = Router("/", route_handlers=[front, login_page, log_in, log_out, log_out_everywhere])
