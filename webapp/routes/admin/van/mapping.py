"""Tags, answers and results with the codes of VAN they lead to, chosen from VAN's own lists (SPEC B3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import connections
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.van import mapping, places
from webapp.models.van.connection import VanConnection
from webapp.models.van.mapping import Line, VanThing


@get("/van/mapping")
async def mapping_page(request: Request, member: Membership, van: int = 0, saved: int | None = None) -> Response:
    return await _mapping(request, member, await connections.van_of(member, van), Form(), saved=saved)


async def _mapping(
    request: Request,
    member: Membership,
    row: VanConnection | None,
    form: Form,
    status: int = 200,
    saved: int | None = None,
) -> Response:
    things = await _in_use(row) if row else []
    return page(
        request,
        "admin/van/mapping.html",
        status_code=status,
        form=form,
        saved=saved,
        connection=row,
        places=await places.shown(member.campaign_id),
        lines=await mapping.lines(row) if row else [],
        things=[(str(one.target), one.name, one.kind) for one in things],
    )


@post("/van/mapping")
async def save_mapping(request: Request, member: Membership, van: int = 0) -> Response:
    """A line that was not sent stays as it is."""
    form = Form(await request.form())
    row = await connections.van_of(member, van)
    if row is None:
        return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/mapping")
    allowed = {"", *(str(one.target) for one in await _in_use(row))}
    wanted = {line.name: _choice(form, line, allowed) for line in await mapping.lines(row)}
    if not form:
        return await _mapping(request, member, row, form, status=422)
    changed = await mapping.save(member, row, wanted, form.ticked("known_too"))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/mapping?van={row.id}&saved={changed}")


async def _in_use(row: VanConnection) -> list[VanThing]:
    return [one for one in await mapping.things(row) if one.retired_at is None]


def _choice(form: Form, line: Line, allowed: set[str]) -> str:
    """A retired code that nobody touched may stay."""
    if line.name not in form.data:
        return line.target
    value = form.text(line.name, line.words, 60)
    if value not in allowed | {line.target}:
        form.wrong(line.name, words.gettext("VAN does not list this code any more. Choose another."))
    return value


HANDLERS = [mapping_page, save_mapping]
