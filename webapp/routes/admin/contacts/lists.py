"""Contact lists: made from lists, from a filter, by hand; seen, renamed, archived (SPEC C4, C8)."""

from __future__ import annotations

from dataclasses import replace

from litestar import Request, Response, get, post

from webapp import access, clock, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import ActionExclusion, ActionList
from webapp.models.bulk import slices
from webapp.models.bulk.job import LIST, BulkJob
from webapp.models.contacts.lists import ContactList
from webapp.models.imports.job import CONTACTS, ContactImport
from webapp.pages import page
from webapp.routes.admin.contacts.all_contacts import contents
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter


@get("/lists")
async def lists_page(request: Request, member: Membership, show: str = "") -> Response:
    lists = ContactList.filter(campaign_id=member.campaign_id).order_by("-id")
    archived = show == "archived"
    shown = lists.exclude(archived_at=None) if archived else lists.filter(archived_at=None)
    recent = ContactImport.filter(campaign_id=member.campaign_id, kind=CONTACTS).order_by("-id").limit(10)
    return page(request, "admin/contacts/lists.html", lists=await shown, recent=await recent, archived=archived)


@get("/lists/new")
async def new_list(request: Request, member: Membership) -> Response:
    return await _new(request, member, Form())


async def _new(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    lists = await ContactList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    return page(request, "admin/contacts/list_new.html", status_code=status, form=form, lists=lists)


@post("/lists")
async def make_list(request: Request, member: Membership) -> Response:
    """Of other lists: of any or of all of them, without some. An empty one is filled by hand."""
    form = Form(await request.form())
    name = form.text("name", words.gettext("Name"), 120, required=True)
    there = {str(r.id): r for r in await ContactList.filter(campaign_id=member.campaign_id, archived_at=None)}
    wanted, unwanted = form.many("from", there), form.many("without", there)
    how = form.choice("how", words.gettext("Who"), ("any", "all")) if wanted else "any"
    if form and name in {row.name for row in there.values()}:
        form.wrong("name", words.gettext("There is a list of this name already."))
    if not form:
        return await _new(request, member, form, status=422)
    which = Filter(**{f"{how}_lists": ",".join(wanted)}, no_lists=",".join(unwanted))  # type: ignore[arg-type]
    made_from = _in_words([there[n].name for n in wanted], how, [there[n].name for n in unwanted])

    async def do() -> tuple[ContactList, BulkJob | None]:
        made = await ContactList.make(member.campaign, name, made_from)
        await audit.note(member.campaign, member.user, "list.made", name, of=made_from)
        what = {"list": made.id, "name": name}
        work = await slices.begin(member.campaign, member.user, LIST, which, what, name) if wanted else None
        return made, work

    made, work = await transaction(do)
    if work:
        await queue.run_bulk(work.id)
    office = f"/c/{member.campaign.slug}/admin"
    return pages.go_to(request, f"{office}/bulk/{work.id}" if work else f"{office}/lists/{made.id}")


def _in_words(of: list[str], how: str, without: list[str]) -> str:
    """How a list came to be, for its page."""
    if not of:
        return words.gettext("Made by hand")
    said = f"Who was on {how} of: {', '.join(of)}"
    return said + (f"; without {', '.join(without)}" if without else "")


@get("/lists/{list_id:int}")
async def list_page(request: Request, member: Membership, list_id: int) -> Response:
    return await _list(request, member, await access.list_of(member, list_id), Form())


async def _list(request: Request, member: Membership, chosen: ContactList, form: Form, status: int = 200) -> Response:
    wanted = replace(contact_filter.read(request.query_params), list=chosen.id)
    return page(
        request,
        "admin/contacts/list.html",
        status_code=status,
        chosen=chosen,
        form=form,
        used=await ActionList.filter(contact_list=chosen).select_related("action"),
        left_out=await ActionExclusion.filter(contact_list=chosen).select_related("action"),
        **await contents(request, member, wanted),
    )


@post("/lists/{list_id:int}")
async def rename_list(request: Request, member: Membership, list_id: int) -> Response:
    chosen, form = await access.list_of(member, list_id), Form(await request.form())
    name = form.text("name", words.gettext("Name"), 120, required=True)
    others = ContactList.filter(campaign_id=member.campaign_id, archived_at=None, name=name).exclude(id=chosen.id)
    if form and await others.exists():
        form.wrong("name", words.gettext("There is a list of this name already."))
    if not form:
        return await _list(request, member, chosen, form, status=422)
    chosen.name = name
    await audit.noted(member, lambda: chosen.save(update_fields=["name"]), "list.renamed", name)
    return _back(request, member, chosen)


@post("/lists/{list_id:int}/archive")
async def archive_list(request: Request, member: Membership, list_id: int) -> Response:
    """It is offered nowhere any more. Actions that use it go on with it."""
    chosen = await access.list_of(member, list_id)
    chosen.archived_at = chosen.archived_at or clock.now()
    await audit.noted(member, lambda: chosen.save(update_fields=["archived_at"]), "list.archived", chosen.name)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/lists")


@post("/lists/{list_id:int}/archive/end")
async def restore_list(request: Request, member: Membership, list_id: int) -> Response:
    chosen, form = await access.list_of(member, list_id), Form()
    if await ContactList.exists(campaign_id=member.campaign_id, name=chosen.name, archived_at=None):
        form.wrong("name", words.gettext("A list of this name is in use. Rename one of them first."))
        return await _list(request, member, chosen, form, status=422)
    chosen.archived_at = None
    await audit.noted(member, lambda: chosen.save(update_fields=["archived_at"]), "list.restored", chosen.name)
    return _back(request, member, chosen)


def _back(request: Request, member: Membership, chosen: ContactList) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/lists/{chosen.id}")


HANDLERS = [lists_page, new_list, make_list, list_page, rename_list, archive_list, restore_list]
