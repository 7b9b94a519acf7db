"""Showing again who one is, where the page that wanted it could not keep its form (access/proving.py)."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import Request, Response, Router, get, post

from webapp.access import login, proving
from webapp.http import addresses, pages
from webapp.http.forms import Form
from webapp.http.pages import page


@get("/proof")
async def proof_page(request: Request, next: str = "") -> Response:
    await login.current_user(request)
    return await _ask(request, Form(), addresses.safe_next(next))


@post("/proof")
async def prove(request: Request) -> Response:
    await login.current_user(request)
    form = Form(await request.form())
    next_ = addresses.safe_next(form.text("next", "", 2_000))
    if not await proving.proves(request, form):
        return await _ask(request, form, next_, status=422)
    if _is_file(next_):  # a download leaves its page on the screen: it must not look as if nothing was done
        return page(request, "public/file_ready.html", file=next_)
    return pages.go_to(request, next_ or "/")


def _is_file(path: str) -> bool:
    last = urlsplit(path).path.rpartition("/")[2]
    return "." in last or last == "file"


async def _ask(request: Request, form: Form, next_: str, status: int = 200) -> Response:
    made, fields = await proving.offer(request), [("next", next_)]
    return proving.question(request, form, made, status, address="/proof", fields=fields, back=next_)


router = Router("/", route_handlers=[proof_page, prove])
