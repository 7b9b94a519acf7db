"""The library of scripts: read one, and use it in a draft (SPEC H3)."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.scripts import library
from webapp.rules.library import shelf
from webapp.rules.library.prepared import Prepared
from webapp.rules.speech.sentences import said

NEW = "new"


@get("/library")
async def library_page(request: Request, member: Membership, action: int = 0) -> Response:
    """``action``: the draft that somebody came from."""
    return page(request, "admin/scripts/library/library.html", shelf=shelf.ALL, action=max(action, 0))


@get("/library/{prepared:str}")
async def prepared_page(request: Request, member: Membership, prepared: str, action: int = 0) -> Response:
    return await _show(request, member, _found(prepared), Form(), str(max(action, 0)))


@post("/library/{prepared:str}/uses")
async def use(request: Request, member: Membership, prepared: str) -> Response:
    one, form = _found(prepared), Form(await request.form())
    offered = {str(action.id) for action in await library.drafts(member)}
    chosen = form.choice("action", said("The action"), (NEW, *offered))
    if not form:
        return await _show(request, member, one, form, status=422)
    target = None if chosen == NEW else await finding.action_of(member, int(chosen))
    stored = await library.use(one, target, member)
    if stored is None:
        form.wrong("action", said("This action was published meanwhile, so nothing was stored. Choose another."))
        return await _show(request, member, one, form, status=409)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{stored.id}/scripts")


async def _show(
    request: Request, member: Membership, one: Prepared, form: Form, action: str = "", status: int = 200
) -> Response:
    drafts = [(str(draft.id), draft.title) for draft in await library.drafts(member)]
    chosen = action if action in dict(drafts) else NEW
    offered = [(NEW, said("A new action")), *drafts]
    context = {"prepared": one, "form": form, "offered": offered, "chosen": chosen}
    return page(request, "admin/scripts/library/prepared.html", None, status, **context)


def _found(slug: str) -> Prepared:
    one = shelf.BY_SLUG.get(slug)
    if one is None:
        raise NotFoundException
    return one


HANDLERS = [library_page, prepared_page, use]
