"""With which campaigns of this site opt-outs are shared: owners say so, each for their own (SPEC B9)."""

from __future__ import annotations

import re

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import connections, finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.sharing import sharing


@get("/opt-outs/sharing")
async def sharing_page(request: Request, member: Membership) -> Response:
    return await _sharing(request, member, Form())


async def _sharing(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    rows = await sharing.of(member.campaign_id)
    shown = {"form": form, "rows": rows, "by_owner": member.role == OWNER}
    return page(request, "admin/sharing/sharing.html", status_code=status, **shown)


@post("/opt-outs/sharing", dependencies=proving.STAFF)
async def say(request: Request, member: Membership) -> Response:
    finding.owners_only(member)
    form = Form(await request.form())
    slug = await _read(form, member)
    if not form:
        return await _sharing(request, member, form, status=422)
    await sharing.say(member, slug)
    return _to(request, member)


async def _read(form: Form, member: Membership) -> str:
    slug = form.text("slug", words.gettext("The other campaign"), 60, required=True).lower()
    if slug and not re.fullmatch(r"[a-z0-9-]{1,60}", slug):
        form.wrong(
            "slug", words.gettext("Type the short name that stands in the other campaign's address, behind /c/.")
        )
    if slug == member.campaign.slug:
        form.wrong("slug", words.gettext("This is your own campaign."))
    if len(await sharing.of(member.campaign_id)) >= sharing.MOST:
        form.wrong("slug", words.gettext("There are as many as there may be. End one first."))
    return slug


@post("/opt-outs/sharing/{sharing_id:int}/end", dependencies=proving.STAFF)
async def end(request: Request, member: Membership, sharing_id: int) -> Response:
    finding.owners_only(member)
    await sharing.end(member, await connections.sharing_of(member, sharing_id))
    return _to(request, member)


def _to(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/opt-outs/sharing")


HANDLERS = [sharing_page, say, end]
