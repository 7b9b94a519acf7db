"""Preferences of a browser, before and after the login: the language (SPEC P3), light or dark."""

from __future__ import annotations

from litestar import Request, Response, Router, get, post

from webapp import config, pages, words
from webapp.access import login
from webapp.forms import Form

YEAR = 31_536_000  # seconds


@post("/language")
async def choose_language(request: Request) -> Response:
    """For this browser, and for all pages and letters of whoever is logged in. Back to the page it was chosen on."""
    session, form = await login.current_session(request), Form(await request.form())
    chosen = form.choice("language", words.gettext("Language"), words.LANGUAGES)
    answer = pages.redirect(request, login.came_from(request))
    if form:
        answer.set_cookie(login.LANGUAGE_COOKIE, chosen, max_age=YEAR, samesite="lax", secure=config.settings().secure)
        if session:
            await session.user.change(language=chosen)
    return answer


@get("/look")
async def choose_look(request: Request, mode: str = "") -> Response:
    """Light or dark for this browser; any other ``mode`` follows the device."""
    await login.current_session(request)
    answer, secure = pages.redirect(request, login.came_from(request)), config.settings().secure
    if mode in ("light", "dark"):
        answer.set_cookie(login.MODE_COOKIE, mode, max_age=YEAR, samesite="lax", secure=secure)
    else:
        answer.delete_cookie(login.MODE_COOKIE)
    return answer


router = Router("/", route_handlers=[choose_language, choose_look])
