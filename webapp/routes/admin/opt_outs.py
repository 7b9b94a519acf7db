"""The opt-out list: searched, added to, exported. Nothing is ever taken from it (SPEC C7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from webapp.access import finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.imports.job import OPT_OUTS, ContactImport
from webapp.models.opt_outs import by_staff
from webapp.models.opt_outs.opt_out import opt_outs_by_source
from webapp.rules import phone
from webapp.rules.exports import safe_cells


@get("/opt-outs")
async def opt_outs_page(request: Request, member: Membership, q: str = "", before: int = 0, done: str = "") -> Response:
    return await _opt_outs(request, member, Form(), q=q[:40], before=before, done=_e164(done[:20]))


def _e164(text: str) -> str:
    """Blank where it is no phone."""
    parsed = phone.parse(text)
    return parsed.e164 if isinstance(parsed, phone.Phone) else ""


async def _opt_outs(
    request: Request, member: Membership, form: Form, status: int = 200, q: str = "", before: int = 0, done: str = ""
) -> Response:
    campaign_id, searched = member.campaign_id, _e164(q)
    rows, more = await by_staff.page(campaign_id, searched if q else None, finding.row_id(before))
    known = Contact.filter(campaign_id=campaign_id, phone__in=[row.phone for row in rows] or [""])
    strikes = ContactImport.filter(campaign_id=campaign_id, kind=OPT_OUTS).order_by("-id").limit(5)
    return page(
        request,
        "admin/opt_outs/opt_outs.html",
        status_code=status,
        rows=rows,
        form=form,
        done=done,
        q=q,
        more=more,
        sources=await opt_outs_by_source(campaign_id),
        contacts={c.phone: c for c in await known},
        strikes=await strikes,
        typed_no_phone=bool(q) and not searched,
    )


@post("/opt-outs")
async def add_opt_out(request: Request, member: Membership) -> Response:
    """Any phone, a contact's or not. Nothing removes it again."""
    form = Form(await request.form())
    number = form.phone("phone")
    if not form:
        return await _opt_outs(request, member, form, status=422)
    await by_staff.add(number, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/opt-outs?done={quote(number)}")


@get("/opt-outs.csv", dependencies=proving.STAFF)
async def opt_outs_file(member: Membership) -> Stream:
    if not member.exports:
        raise NotFoundException
    await by_staff.note_export(member)
    headers = {"content-disposition": 'attachment; filename="opt-outs.csv"'}
    return Stream(_lines(member), media_type="text/csv", headers=headers)


async def _lines(member: Membership) -> AsyncIterator[bytes]:
    """A byte order mark comes first, so that Excel reads the file as UTF-8."""
    yield safe_cells.BOM + safe_cells.line(["phone", "source", "at", "words"])
    async for rows in by_staff.slices(member.campaign_id):
        yield b"".join(safe_cells.line([r.phone, r.source, r.at.isoformat(), r.words]) for r in rows)


HANDLERS = [opt_outs_page, add_opt_out, opt_outs_file]
