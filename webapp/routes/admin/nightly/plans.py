"""Nightly imports of the office: made, begun at once, ended, and what each night brought (SPEC B8)."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import Request, Response, get, post

from webapp import config, pages, queue, words
from webapp.access import connections
from webapp.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.nightly import plan, telling
from webapp.models.nightly.plan import NightlyImport
from webapp.pages import page
from webapp.rules.outside import address as outside_address

HOURS = tuple(str(hour) for hour in range(24))


@get("/nightly-imports")
async def plans_page(request: Request, member: Membership) -> Response:
    return await _plans(request, member, Form())


async def _plans(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    rows = await plan.of(member.campaign_id)
    return page(
        request,
        "admin/nightly/plans.html",
        status_code=status,
        form=form,
        rows=rows,
        readers={row.id: ", ".join([to.user.name for to in await telling.readers(row)]) for row in rows},
        hours=[(hour, f"{hour}:00") for hour in HOURS],
    )


@post("/nightly-imports")
async def make_plan(request: Request, member: Membership) -> Response:
    """The file is fetched at once, so that the columns can be chosen."""
    form = Form(await request.form())
    url = form.text("url", words.gettext("Address"), outside_address.LONGEST, required=True)
    name = form.text("name", words.gettext("List"), 120, required=True)
    hour = form.choice("hour", words.gettext("Hour"), HOURS)
    if url and (why := outside_address.why_not(url, config.settings().rehearsal)):
        form.wrong("url", why)
    if len(await plan.of(member.campaign_id)) >= plan.MOST:
        form.wrong("url", words.gettext("There are as many nightly imports as there may be. End one first."))
    if not form:
        return await _plans(request, member, form, status=422)
    row = await plan.make(member, url, (urlsplit(url).hostname or "")[:255], name, int(hour))
    return await _begin(request, member, row)


@get("/nightly-imports/{nightly_id:int}")
async def plan_page(request: Request, member: Membership, nightly_id: int) -> Response:
    row = await connections.nightly_of(member, nightly_id)
    return page(request, "admin/nightly/plan.html", "admin/nightly/_runs.html", row=row, runs=await plan.runs_of(row))


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


HANDLERS = [plans_page, make_plan, plan_page, fetch_now, end_plan]
