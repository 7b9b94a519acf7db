"""Nightly imports of the office: made, begun at once, their server confirmed, ended, and what each night brought (SPEC B8)."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import connections
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.nightly import folder, plan, telling
from webapp.models.nightly.plan import NightlyImport
from webapp.routes.admin.accounts import history
from webapp.routes.admin.nightly import typed

HOURS = tuple(str(hour) for hour in range(24))


ADDRESS, FOLDER = "address", "folder"


@get("/nightly-imports")
async def plans_page(request: Request, member: Membership) -> Response:
    source = FOLDER if request.query_params.get("from") == FOLDER else ADDRESS
    return await _plans(request, member, Form(), source)


async def _plans(request: Request, member: Membership, form: Form, source: str, status: int = 200) -> Response:
    rows = await plan.of(member.campaign_id)
    return page(
        request,
        "admin/nightly/plans.html",
        status_code=status,
        form=form,
        source=source,
        rows=rows,
        readers={row.id: ", ".join([to.user.name for to in await telling.readers(row)]) for row in rows},
        hours=[(hour, f"{hour}:00") for hour in HOURS],
    )


@post("/nightly-imports")
async def make_plan(request: Request, member: Membership) -> Response:
    """The file is fetched at once, so that the columns can be chosen; of a folder the server is asked for its key first."""
    form = Form(await request.form())
    source = FOLDER if form.data.get("from") == FOLDER else ADDRESS
    found = typed.folder(form) if source == FOLDER else typed.address(form)
    name = form.text("name", words.gettext("List"), 120, required=True)
    hour = form.choice("hour", words.gettext("Hour"), HOURS)
    if len(await plan.of(member.campaign_id)) >= plan.MOST:
        form.wrong("name", words.gettext("There are as many nightly imports as there may be. End one first."))
    if not form:
        return await _plans(request, member, form, source, status=422)
    return await _begin(request, member, await _made(member, found, name, int(hour)))


async def _made(member: Membership, found: str | folder.Wanted, name: str, hour: int) -> NightlyImport:
    if isinstance(found, folder.Wanted):
        return await folder.make(member, found, name, hour)
    return await plan.make(member, found, (urlsplit(found).hostname or "")[:255], name, hour)


@get("/nightly-imports/{nightly_id:int}")
async def plan_page(request: Request, member: Membership, nightly_id: int) -> Response:
    row = await connections.nightly_of(member, nightly_id)
    own = await history.of_whole(request, member, "nightly", row.id)
    runs, its = await plan.runs_of(row), await folder.of(row)
    shown = ("admin/nightly/plan.html", "admin/nightly/_runs.html")
    return page(request, *shown, row=row, runs=runs, folder=its, history=own)


@post("/nightly-imports/{nightly_id:int}/server-key")
async def confirm_key(request: Request, member: Membership, nightly_id: int) -> Response:
    """Of the key with the fingerprint that the page showed. Where the server showed another one since, the page shows that."""
    row = await connections.nightly_of(member, nightly_id)
    shown = Form(await request.form()).text("fingerprint", words.gettext("Fingerprint"), 100)
    if await folder.confirm(member, row, shown):
        return await _begin(request, member, row)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/nightly-imports/{row.id}")


@post("/nightly-imports/{nightly_id:int}/runs")
async def fetch_now(request: Request, member: Membership, nightly_id: int) -> Response:
    row = await connections.nightly_of(member, nightly_id)
    await plan.fetch_now(member, row)
    return await _begin(request, member, row)


@post("/nightly-imports/{nightly_id:int}/end")
async def end_plan(request: Request, member: Membership, nightly_id: int) -> Response:
    await plan.end(member, await connections.nightly_of(member, nightly_id))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/nightly-imports")


async def _begin(request: Request, member: Membership, row: NightlyImport) -> Response:
    await queue.run_nightly(row.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/nightly-imports/{row.id}")


HANDLERS = [plans_page, make_plan, plan_page, confirm_key, fetch_now, end_plan]
