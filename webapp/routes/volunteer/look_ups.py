"""Look up a contact, and file a report on them without a text (SPEC B5)."""

from __future__ import annotations

import asyncio

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import words
from webapp.access import finding
from webapp.http import bounded, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.reports import filing, looking_up
from webapp.models.reports.looking_up import Found
from webapp.routes.volunteer import reports
from webapp.rules.contacts import places
from webapp.rules.contacts.places import Place


@get("/look-ups")
async def look_up_page(request: Request, member: Membership, said: str = "") -> Response:
    """``said``: "reported" after a report, which the page confirms."""
    _check(member)
    return _page(request, Form(), reported=said == "reported")


@post("/look-ups")
async def look_up(request: Request, member: Membership) -> Response:
    _check(member)
    form = Form(await request.form())
    who = form.text("who", words.gettext("Name or phone"), 80, required=True)
    where = form.text("where", words.gettext("Place"), 80)
    place = await _place(form, where)
    if not form:
        return _page(request, form, status=422)
    return _answer(request, form, await looking_up.look_up(member, who, where, place))


def _answer(request: Request, form: Form, found: Found | None) -> Response:
    if found is None:
        form.wrong("who", words.gettext("You have looked up as many people as an hour allows. Try again later."))
    return _page(request, form, found, status=200 if found else 429)


async def _place(form: Form, where: str) -> Place | None:
    place = await asyncio.to_thread(places.read, where) if where else None
    if where and place is None:
        form.wrong("where", words.gettext("We know no such place. Type a ZIP, a city or a state, or leave it blank."))
    return place


def _page(
    request: Request, form: Form, found: Found | None = None, status: int = 200, reported: bool = False
) -> Response:
    return page(request, "volunteer/look_ups.html", status_code=status, form=form, found=found, reported=reported)


@get("/look-ups/{contact_id:int}")
async def about(request: Request, member: Membership, contact_id: int) -> Response:
    return await _about(request, member, await _opened(member, contact_id), Form())


@post("/look-ups/{contact_id:int}/reports", opt=bounded.MANY_FIELDS)
async def report_without_text(request: Request, member: Membership, contact_id: int) -> Response:
    contact, form = await _opened(member, contact_id), Form(await request.form())
    asked = await filing.questions_of_campaign(member.campaign_id)
    ticked, answers = reports.filled(form, asked)
    if not form:
        return await _about(request, member, contact, form, status=422)
    await filing.file_without_text(contact.id, member.user, asked, ticked, answers, filing.Shown(form.mark()))
    return pages.go_to(request, f"/c/{member.campaign.slug}/look-ups?said=reported")


async def _about(request: Request, member: Membership, contact: Contact, form: Form, status: int = 200) -> Response:
    here = f"/c/{member.campaign.slug}/look-ups"
    asked = await filing.questions_of_campaign(member.campaign_id)
    shown = await reports.asking(contact, asked, form, status)
    address = f"{here}/{contact.id}/reports"
    return page(
        request, reports.TEMPLATE, status_code=status, back=here, address=address, earlier=None, newest=0, **shown
    )


async def _opened(member: Membership, contact_id: int) -> Contact:
    """Only who was found by a look-up of the last hour."""
    _check(member)
    contact = await looking_up.opened(member, finding.row_id(contact_id))
    if contact is None:
        raise NotFoundException
    return contact


def _check(member: Membership) -> None:
    if not member.looks_up:
        raise NotFoundException


HANDLERS = [look_up_page, look_up, about, report_without_text]
