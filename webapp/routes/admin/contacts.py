"""All Contacts, one contact, opt-outs: in first form."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from tortoise.expressions import Q

from webapp import access, pages
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import audit, handing, inbox, labels, opt_outs, opting_out, reporting
from webapp.models.contacts import Contact
from webapp.models.opt_outs import OptOut
from webapp.models.people import Membership
from webapp.pages import page
from webapp.rules import phone

PAGE = 50


@get("/contacts")
async def contacts_page(request: Request, member: Membership, q: str = "", after: int = 0) -> Response:
    """By the start of a name, or a whole phone number."""
    found = Contact.filter(campaign_id=member.campaign_id, id__gt=max(0, after)).order_by("id")
    parsed = phone.parse(q[:40])
    if isinstance(parsed, phone.Phone):
        found = found.filter(phone=parsed.e164)
    else:
        for word in q.split()[:3]:
            found = found.filter(Q(first_name__istartswith=word[:40]) | Q(last_name__istartswith=word[:40]))
    contacts = await found.limit(PAGE)
    tags = await labels.tags_of([contact.id for contact in contacts])
    return page(request, "admin/contacts.html", contacts=contacts, tags=tags, q=q[:80], more=len(contacts) == PAGE)


@get("/contacts/{contact_id:int}")
async def contact_page(request: Request, member: Membership, contact_id: int) -> Response:
    contact = await _contact(member, contact_id)
    return page(
        request, "admin/contact.html", contact=contact, messages=await inbox.history(contact.id),
        tags=(await labels.tags_of([contact.id]))[contact.id], values=await labels.field_values(contact.id),
        reports=await reporting.of_contact(contact.id),
        opted_out=await OptOut.get_or_none(campaign_id=member.campaign_id, phone=contact.phone),
    )  # fmt: skip


async def _contact(member: Membership, contact_id: int) -> Contact:
    contact = (
        await Contact.filter(id=access.row_id(contact_id), campaign_id=member.campaign_id)
        .select_related("zone_set")
        .first()
    )
    if contact is None:
        raise NotFoundException
    return contact


@post("/contacts/{contact_id:int}/unblock")
async def unblock(request: Request, member: Membership, contact_id: int) -> Response:
    contact = await _contact(member, contact_id)

    async def do() -> None:
        await handing.unblock(contact.id, member.user)
        await audit.note(member.campaign, member.user, "contact.unblocked", phone.masked(contact.phone))

    await transaction(do)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/contacts/{contact.id}")


@get("/opt-outs")
async def opt_outs_page(request: Request, member: Membership, before: int = 0) -> Response:
    return await _opt_outs(request, member, Form(), before=before)


async def _opt_outs(request: Request, member: Membership, form: Form, status: int = 200, before: int = 0) -> Response:
    found = OptOut.filter(campaign_id=member.campaign_id).order_by("-id")
    rows = await (found.filter(id__lt=before) if before else found).limit(PAGE).select_related("user", "message")
    total = await OptOut.filter(campaign_id=member.campaign_id).count()
    return page(
        request, "admin/opt_outs.html", status_code=status, rows=rows, form=form, total=total, more=len(rows) == PAGE
    )


@post("/opt-outs")
async def add_opt_out(request: Request, member: Membership) -> Response:
    """Any phone, known or not. Nothing removes it again."""
    form = Form(await request.form())
    number = form.phone("phone")
    if not form:
        return await _opt_outs(request, member, form, status=422)

    async def do() -> None:
        await opting_out.opt_out(member.campaign, number, opt_outs.ADMIN, member.user)
        await audit.note(member.campaign, member.user, "opt_out.added", phone.masked(number))

    await transaction(do)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/opt-outs")


HANDLERS = [contacts_page, contact_page, unblock, opt_outs_page, add_opt_out]
