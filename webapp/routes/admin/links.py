"""Custom links: their addresses, and how often they were opened (SPEC B1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.links import link_editing, links, ready_links
from webapp.models.links.links import CustomLink
from webapp.routes.admin.accounts import history
from webapp.rules.links import web_links


@get("/settings/links")
async def links_page(request: Request, member: Membership) -> Response:
    return await _links(request, member, Form())


async def _links(
    request: Request, member: Membership, form: Form, status: int = 200, chosen: CustomLink | None = None
) -> Response:
    everything = await CustomLink.filter(campaign_id=member.campaign_id)
    return page(
        request,
        "admin/links/links.html",
        status_code=status,
        form=form,
        chosen=chosen,
        links=[row for row in everything if not row.archived_at],
        archived=[row for row in everything if row.archived_at],
        counted=await links.counted(member.campaign),
        no_clicks=links.Clicks(),
        history=await history.of(member, "link", chosen.id if chosen else 0),
        leads={row.id: await ready_links.destination(row) for row in everything if row.leads_to},
        in_script=ready_links.in_script,
        to_join=await ready_links.of(member.campaign_id, ready_links.JOIN),
    )


@post("/settings/links")
async def add_link(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    title, url = _read(form)
    slug = _slug(form, title)
    if form and not await link_editing.add(slug, title, url, member):
        taken = words.gettext("There is already a link with this name. Give this one another title, or its own slug.")
        form.wrong("slug" if form.typed["slug"] else "title", taken)
    return _to(request, member) if form else await _links(request, member, form, status=422)


@post("/settings/links/ready")
async def make_ready_link(request: Request, member: Membership, action: int = 0) -> Response:
    """To the sign-up page; with an ``action`` to that action's own link, shown there."""
    if not action:
        await ready_links.to_join(member)
        return _to(request, member)
    chosen = await finding.action_of(member, action)
    await ready_links.to_action(chosen, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{chosen.id}/sendings#link")


def _read(form: Form, link: CustomLink | None = None) -> tuple[str, str]:
    """A ready link keeps where it leads."""
    title = form.text("title", words.gettext("Title"), 80, required=True)
    if link and link.leads_to:
        return title, link.url
    typed = form.text("url", words.gettext("Address"), web_links.LONGEST, required=True)
    url = web_links.address(typed) if typed else ""
    if url is None:
        form.wrong("url", words.gettext("This is not the address of a web page. Write it as https://example.org/page."))
    return title, url or ""


def _slug(form: Form, title: str) -> str:
    slug = web_links.slug(form.text("slug", words.gettext("Slug"), 40) or title)
    if form and not slug:
        form.wrong("slug", words.gettext("A slug needs letters or digits."))
    return slug


@get("/settings/links/{link_id:int}")
async def link_page(request: Request, member: Membership, link_id: int) -> Response:
    return await _links(request, member, Form(), chosen=await finding.link_of(member, link_id))


@post("/settings/links/{link_id:int}")
async def save_link(request: Request, member: Membership, link_id: int) -> Response:
    link, form = await finding.link_of(member, link_id), Form(await request.form())
    title, url = _read(form, link)
    if not form:
        return await _links(request, member, form, status=422, chosen=link)
    await link_editing.change(link, title, url, member)
    return _to(request, member)


@post("/settings/links/{link_id:int}/archive")
async def archive_link(request: Request, member: Membership, link_id: int) -> Response:
    await link_editing.archive(await finding.link_of(member, link_id), member)
    return _to(request, member)


@post("/settings/links/{link_id:int}/archive/end")
async def restore_link(request: Request, member: Membership, link_id: int) -> Response:
    await link_editing.restore(await finding.link_of(member, link_id), member)
    return _to(request, member)


def _to(request: Request, member: Membership) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/links")


HANDLERS = [links_page, add_link, make_ready_link, link_page, save_link, archive_link, restore_link]
