"""Who does something grave shows again who they are, where the log-in is longer ago than PROOF (ASVS 5.0, 7.5).

A route asks for it by ``dependencies=proving.STAFF`` (or VOLUNTEER, for one's own account). The question keeps the form: the
password goes to the same address together with all that was typed, and the route goes on.
"""

from __future__ import annotations

from urllib.parse import quote

from litestar import Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from webapp import pages
from webapp.access import entering, login, right_password
from webapp.forms import Form
from webapp.models.accounts.users import Membership

FIELD = "proof_password"
PAGE = "public/proof.html"


class ProveAgain(HTTPException):
    """``fields``: name and value of all that was typed; None where a form can't be kept (it has a file), or where nothing but
    a part of a page was asked for."""

    status_code = 403
    detail = "Type your password to go on."

    def __init__(self, form: Form, fields: list[tuple[str, str]] | None) -> None:
        super().__init__()
        self.form, self.fields = form, fields


async def staff(request: Request, slug: str) -> Membership:
    member = await login.staff(request, slug)
    await need(request)
    return member


async def volunteer(request: Request, slug: str) -> Membership:
    """For one's own account, which is open before the e-mail is confirmed."""
    member = await login.looker(request, slug)
    await need(request)
    return member


STAFF = {"member": Provide(staff)}
VOLUNTEER = {"member": Provide(volunteer)}


async def need(request: Request) -> None:
    """Raises ProveAgain where the person has not shown lately who they are, and not now either."""
    if login.session_of(request).proved:
        return
    form = Form(await request.form() if request.method == "POST" else None)
    if FIELD in form.data and await proves(request, form):
        return
    raise ProveAgain(form, None if pages.is_partial(request) else _fields(form))


async def proves(request: Request, form: Form) -> bool:
    """Is the password in the form the person's? Then the session gets a new token; else the form says what is wrong."""
    session = login.session_of(request)
    user = await right_password.user_of(request, form, session.user.email, FIELD)
    if user is None:
        return False
    entering.renew(request, await session.prove())
    return True


def _fields(form: Form) -> list[tuple[str, str]] | None:
    names = [name for name in dict.fromkeys(form.data) if name != FIELD]
    values = [(name, value) for name in names for value in _values(form, name)]
    return [(n, v) for n, v in values if isinstance(v, str)] if all(isinstance(v, str) for _, v in values) else None


def _values(form: Form, name: str) -> list[object]:
    return list(form.data.getall(name, [])) if hasattr(form.data, "getall") else [form.data[name]]


def ask(request: Request, error: Exception) -> Response:
    """The question. Where the form can't be kept, it leads back to the page with the form."""
    assert isinstance(error, ProveAgain)
    back = login.page_of(request)
    if error.fields is None:
        return pages.go_to(request, f"/proof?next={quote(back)}")
    gets = request.method == "GET"
    return pages.page(
        request,
        PAGE,
        status_code=403,
        form=error.form,
        address="/proof" if gets else _own_address(request),
        fields=[("next", _own_address(request))] if gets else error.fields,
        back=back,
    )


def _own_address(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
