"""Who is never texted again: seen, searched, added to, exported, and never taken from (SPEC C7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from webapp import access, pages
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut, opt_outs_by_source
from webapp.pages import page
from webapp.rules import phone, safe_cells

PAGE = 50


@get("/opt-outs")
async def opt_outs_page(request: Request, member: Membership, q: str = "", before: int = 0, done: str = "") -> Response:
    added = phone.parse(done[:20])
    return await _opt_outs(
        request, member, Form(), q=q, before=before, done=added.e164 if isinstance(added, phone.Phone) else ""
    )


async def _opt_outs(
    request: Request, member: Membership, form: Form, status: int = 200, q: str = "", before: int = 0, done: str = ""
) -> Response:
    found = OptOut.filter(campaign_id=member.campaign_id).order_by("-id")
    parsed = phone.parse(q[:40])
    if q:
        found = found.filter(phone=parsed.e164 if isinstance(parsed, phone.Phone) else "")
    rows = (
        await (found.filter(id__lt=access.row_id(before)) if before else found).limit(PAGE + 1).select_related("user")
    )
    rows, more = rows[:PAGE], len(rows) > PAGE
    known = Contact.filter(campaign_id=member.campaign_id, phone__in=[row.phone for row in rows] or [""])
    strikes = ContactImport.filter(campaign_id=member.campaign_id, kind=OPT_OUTS).order_by("-id").limit(5)
    return page(
        request,
        "admin/opt_outs/opt_outs.html",
        status_code=status,
        rows=rows,
        form=form,
        done=done,
        q=q[:40],
        more=more,
        sources=await opt_outs_by_source(member.campaign_id),
        contacts={c.phone: c for c in await known},
        strikes=await strikes,
        typed_no_phone=bool(q) and not isinstance(parsed, phone.Phone),
    )


@post("/opt-outs")
async def add_opt_out(request: Request, member: Membership) -> Response:
    """Any phone, known or not. Nothing removes it again."""
    form = Form(await request.form())
    number = form.phone("phone")
    if not form:
        return await _opt_outs(request, member, form, status=422)
    await audit.noted(
        member,
        lambda: opt_out_many(member.campaign, [number], FROM_ADMIN, member.user),
        "opt_out.added",
        phone.masked(number),
    )
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/opt-outs?done={quote(number)}")


@get("/opt-outs.csv")
async def opt_outs_file(member: Membership) -> Stream:
    if not member.exports:
        raise NotFoundException
    await transaction(lambda: audit.note(member.campaign, member.user, "opt_outs.exported"))
    headers = {"content-disposition": 'attachment; filename="opt-outs.csv"'}
    return Stream(_lines(member), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(member: Membership) -> AsyncIterator[bytes]:
    yield safe_cells.BOM + safe_cells.line(["phone", "source", "at", "words"])
    last = 0
    while rows := await OptOut.filter(campaign_id=member.campaign_id, id__gt=last).order_by("id").limit(1_000):
        last = rows[-1].id
        yield b"".join(safe_cells.line([r.phone, r.source, r.at.isoformat(), r.words]) for r in rows)


HANDLERS = [opt_outs_page, add_opt_out, opt_outs_file]
