"""Before something grave a user shows again who they are, where that is longer ago than `sessions.PROVED_FOR` (ASVS 5.0, 7.5).

A route asks for it by ``dependencies=proving.STAFF`` (or OWN, for one's own account). The question keeps the form: the
password goes to the same address together with all that was typed, and the route goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from webapp import words
from webapp.access import entering, login, passkeys, right_password
from webapp.http import addresses, pages
from webapp.http.forms import Form
from webapp.models.accounts.users import Membership, User
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import PROOF, LoginStep

FIELD, PASSKEY_FIELD = "proof_password", "proof_credential"  # no route has fields of these names
PAGE = "public/proof.html"


@dataclass(frozen=True)
class Offer:
    """A passkey instead of the password: JSON for the browser and the step's token; blank where the user has none."""

    options: str = ""
    token: str = ""


class ProveAgain(HTTPException):
    """``fields``: name and value of all that was typed; None where a form can't be kept (it has a file), or where nothing but
    a part of a page was asked for."""

    status_code = 403
    detail = "Type your password to go on."

    def __init__(self, form: Form, fields: list[tuple[str, str]] | None, offer: Offer) -> None:
        super().__init__()
        self.form, self.fields, self.offer = form, fields, offer


async def staff(request: Request, slug: str) -> Membership:
    member = await login.staff(request, slug)
    await need(request)
    return member


async def own(request: Request, slug: str) -> Membership:
    member = await login.own(request, slug)
    await need(request)
    return member


STAFF = {"member": Provide(staff)}
OWN = {"member": Provide(own)}


async def need(request: Request) -> None:
    """Raises ProveAgain where the person has not shown lately who they are, and not now either."""
    if login.session_of(request).proved:
        return
    form = Form(await request.form() if request.method == "POST" else None)
    if {FIELD, PASSKEY_FIELD} & set(form.data) and await proves(request, form):
        return
    partial = pages.is_partial(request)
    raise ProveAgain(form, None if partial else _fields(form), Offer() if partial else await offer(request))


async def proves(request: Request, form: Form) -> bool:
    """Is the password in the form, or the passkey, the person's? Then the session gets a new token; else the form says what
    is wrong."""
    session = login.session_of(request)
    by_passkey = bool(form.data.get(PASSKEY_FIELD))
    user = await (_by_passkey(request, form) if by_passkey else _by_password(request, form))
    if user is None or user.id != session.user_id:
        return False
    entering.renew(request, await session.prove())
    return True


async def _by_password(request: Request, form: Form) -> User | None:
    return await right_password.user_of(request, form, login.session_of(request).user.email, FIELD)


async def _by_passkey(request: Request, form: Form) -> User | None:
    step = await entering.step_of(request, PROOF)
    user = await passkeys.owner(form, step, PASSKEY_FIELD) if step and step.user_id else None
    if user is None:
        form.wrong(FIELD, words.gettext("This passkey was not accepted. Type your password."))
    return user


async def offer(request: Request) -> Offer:
    user = login.session_of(request).user
    own = await Passkey.of(user.id)
    if not own:
        return Offer()
    token, step = await LoginStep.begin(PROOF, user)
    return Offer(passkeys.asked_to_show(step.challenge, own), token)


def _fields(form: Form) -> list[tuple[str, str]] | None:
    names = [name for name in dict.fromkeys(form.data) if name not in (FIELD, PASSKEY_FIELD)]
    values = [(name, value) for name in names for value in _values(form, name)]
    return [(n, v) for n, v in values if isinstance(v, str)] if all(isinstance(v, str) for _, v in values) else None


def _values(form: Form, name: str) -> list[object]:
    return list(form.data.getall(name, [])) if hasattr(form.data, "getall") else [form.data[name]]


def ask(request: Request, error: Exception) -> Response:
    """The question. Where the form can't be kept, it leads back to the page with the form."""
    assert isinstance(error, ProveAgain)
    back = addresses.page_of(request)
    if error.fields is None:
        return pages.go_to(request, f"/proof?next={quote(back)}")
    gets = request.method == "GET"
    address = "/proof" if gets else _own_address(request)
    fields = [("next", _own_address(request))] if gets else error.fields
    return question(request, error.form, error.offer, 403, address=address, fields=fields, back=back)


def question(request: Request, form: Form, made: Offer, status: int, **shown: Any) -> Response:
    """``shown``: address, fields and back of the page."""
    answer = pages.page(request, PAGE, status_code=status, form=form, options=made.options, **shown)
    if made.token:
        answer.cookies.append(entering.step_cookie(made.token))
    return answer


def _own_address(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
