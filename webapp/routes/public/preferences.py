"""Preferences of a browser, before and after the login: the language (SPEC P3), light or dark."""

from __future__ import annotations

from litestar import Request, Response, Router, post

from webapp import words
from webapp.access import cookies, login
from webapp.http import addresses, pages
from webapp.http.forms import Form

YEAR = 31_536_000  # seconds


@post("/language")
async def choose_language(request: Request) -> Response:
    """For this browser, and for all pages and letters of whoever is logged in. Back to the page it was chosen on."""
    session, form = await login.current_session(request), Form(await request.form())
    chosen = form.choice("language", words.gettext("Language"), words.LANGUAGES)
    answer = pages.redirect(request, addresses.came_from(request))
    if form:
        answer.set_cookie(cookies.made(login.LANGUAGE_COOKIE, chosen, YEAR))
        if session:
            await session.user.change(language=chosen)
    return answer


@post("/look")
async def choose_look(request: Request) -> Response:
    """Light or dark for this browser; any other mode follows the device. Back to the page it was chosen on."""
    await login.current_session(request)
    mode = Form(await request.form()).text("mode", "", 10)
    answer = pages.redirect(request, addresses.came_from(request))
    if mode in ("light", "dark"):
        answer.set_cookie(cookies.made(login.MODE_COOKIE, mode, YEAR))
    else:
        answer.delete_cookie(login.MODE_COOKIE)
    return answer


router = Router("/", route_handlers=[choose_language, choose_look])
