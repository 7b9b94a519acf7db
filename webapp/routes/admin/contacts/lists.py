"""Contact lists: created from other lists or by hand, shown, renamed, archived (SPEC C4, C8)."""

from __future__ import annotations

from dataclasses import replace

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import ActionExclusion, ActionList
from webapp.models.bulk import new_list
from webapp.models.bulk.new_list import Sources
from webapp.models.contacts import lists
from webapp.models.contacts.lists import ContactList
from webapp.models.imports.job import CONTACTS, ContactImport
from webapp.routes.admin.accounts import history
from webapp.routes.admin.contacts.all_contacts import contents
from webapp.rules.contacts import contact_filter


@get("/lists")
async def lists_page(request: Request, member: Membership, show: str = "") -> Response:
    every, archived = ContactList.filter(campaign_id=member.campaign_id).order_by("-id"), show == "archived"
    shown = every.exclude(archived_at=None) if archived else every.filter(archived_at=None)
    recent = ContactImport.filter(campaign_id=member.campaign_id, kind=CONTACTS).order_by("-id").limit(10)
    return page(request, "admin/contacts/lists.html", lists=await shown, recent=await recent, archived=archived)


@get("/lists/new")
async def new_list_page(request: Request, member: Membership) -> Response:
    return await _new(request, member, Form())


async def _new(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    offered = await ContactList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    return page(request, "admin/contacts/list_new.html", status_code=status, form=form, lists=offered)


@post("/lists")
async def make_list(request: Request, member: Membership) -> Response:
    """From any or all of some lists, without others; with none ticked an empty list, to be filled by hand."""
    form = Form(await request.form())
    name, sources = form.text("name", words.gettext("Name"), 120, required=True), await _sources(member, form)
    if form and await lists.name_taken(member.campaign_id, name):
        form.wrong("name", words.gettext("There is already a list with this name."))
    if not form:
        return await _new(request, member, form, status=422)
    made, job = await new_list.create(name, sources, member)
    if job is None:
        return _back(request, member, made)
    await queue.run_bulk(job.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/bulk/{job.id}")


async def _sources(member: Membership, form: Form) -> Sources:
    there = {str(r.id): r for r in await ContactList.filter(campaign_id=member.campaign_id, archived_at=None)}
    chosen, without = form.many("from", there), form.many("without", there)
    how = form.choice("how", words.gettext("Which contacts"), ("any", "all")) if chosen else "any"
    return Sources([there[n] for n in chosen], [there[n] for n in without], all=how == "all")


@get("/lists/{list_id:int}")
async def list_page(request: Request, member: Membership, list_id: int) -> Response:
    return await _list(request, member, await finding.list_of(member, list_id), Form())


async def _list(request: Request, member: Membership, chosen: ContactList, form: Form, status: int = 200) -> Response:
    wanted = replace(contact_filter.read(request.query_params), list=chosen.id)
    return page(
        request,
        "admin/contacts/list.html",
        status_code=status,
        chosen=chosen,
        form=form,
        used=await ActionList.filter(contact_list=chosen).select_related("action"),
        history=await history.of(member, "list", chosen.id),
        left_out=await ActionExclusion.filter(contact_list=chosen).select_related("action"),
        **await contents(request, member, wanted),
    )


@post("/lists/{list_id:int}")
async def rename_list(request: Request, member: Membership, list_id: int) -> Response:
    chosen, form = await finding.list_of(member, list_id), Form(await request.form())
    name = form.text("name", words.gettext("Name"), 120, required=True)
    if form and await lists.name_taken(member.campaign_id, name, but=chosen):
        form.wrong("name", words.gettext("There is already a list with this name."))
    if not form:
        return await _list(request, member, chosen, form, status=422)
    await lists.rename(chosen, name, member)
    return _back(request, member, chosen)


@post("/lists/{list_id:int}/archive")
async def archive_list(request: Request, member: Membership, list_id: int) -> Response:
    await lists.archive(await finding.list_of(member, list_id), member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/lists")


@post("/lists/{list_id:int}/archive/end")
async def restore_list(request: Request, member: Membership, list_id: int) -> Response:
    chosen, form = await finding.list_of(member, list_id), Form()
    if await lists.name_taken(member.campaign_id, chosen.name):
        form.wrong("name", words.gettext("There is already a list with this name. Rename one of them first."))
        return await _list(request, member, chosen, form, status=422)
    await lists.restore(chosen, member)
    return _back(request, member, chosen)


def _back(request: Request, member: Membership, chosen: ContactList) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/lists/{chosen.id}")


HANDLERS = [lists_page, new_list_page, make_list, list_page, rename_list, archive_list, restore_list]
