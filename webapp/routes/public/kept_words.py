"""After a log-in: the form that was sent when the login before it had ended (access/kept_words.py)."""

from __future__ import annotations

from litestar import Request, Response, Router, get

from webapp.access import entering, kept_words, login
from webapp.http import pages


@get(kept_words.PAGE)
async def kept_words_page(request: Request) -> Response:
    user = await login.current_user(request)
    if kept := kept_words.of(request, user):
        answer = pages.page(request, "public/kept_words.html", kept=kept)
    else:
        answer = pages.redirect(request, await entering.home_of(user))
    answer.cookies.append(kept_words.cookie(""))
    return answer


router = Router("/", route_handlers=[kept_words_page])
