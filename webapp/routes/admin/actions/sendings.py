"""The users who get an action: Send To User List, its link, and what each user did with it (SPEC A9, A10, R1)."""

from __future__ import annotations

import segno
from litestar import Request, Response, get, post

from webapp import config, words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import teams
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions import action_link, copying
from webapp.models.actions.action import Action
from webapp.models.links import ready_links
from webapp.models.results import results
from webapp.routes.admin.actions import action_news


@get("/actions/{action_id:int}/sendings")
async def sendings_page(request: Request, member: Membership, action_id: int, after: int = 0) -> Response:
    return await _sendings(request, member, await finding.action_of(member, action_id), Form(), after=after)


async def _sendings(
    request: Request,
    member: Membership,
    action: Action,
    form: Form,
    status: int = 200,
    notice: str = "",
    after: int = 0,
) -> Response:
    lists = await UserList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    link = config.settings().url(f"/a/{action.link_token}") if action.link_token else ""
    rows = await results.sent_to(action, finding.small_id(after))
    return page(
        request,
        "admin/actions/sendings.html",
        status_code=status,
        action=action,
        form=form,
        notice=notice,
        lists=lists,
        sizes=await teams.sizes([row.id for row in lists]),
        link=link,
        qr=segno.make(link).svg_data_uri(scale=5, dark="#17150f", light="#fffdf8") if link else "",
        ready=await ready_links.of(member.campaign_id, ready_links.ACTION, action.id),
        in_script=ready_links.in_script,
        rows=rows[: results.USERS],
        more=len(rows) > results.USERS,
    )


@post("/actions/{action_id:int}/sendings")
async def send_to_user_list(request: Request, member: Membership, action_id: int) -> Response:
    """Send To User List. A draft is published as private first, where nothing is in the way."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    list_id = form.integer("user_list", words.gettext("User list"), 1, 2**31 - 1)
    if not form:
        form.errors["user_list"] = words.gettext("Choose a user list. Nothing was sent.")
        return await _sendings(request, member, action, form, 422)
    return await _send(request, member, action, await finding.user_list_of(member, list_id))


async def _send(request: Request, member: Membership, action: Action, chosen: UserList) -> Response:
    there = [one for one in await chosen.members() if one.suspended_at is None]
    new = await action_news.send(member, action, there, chosen.name)
    if new is None:
        form = Form()
        form.wrong("user_list", words.gettext("Not ready yet: the page before says what to fix. Nothing was sent."))
        return await _sendings(request, member, action, form, 422)
    within, out = len(await action.within_limits(there)), await action_news.left_out(action, there)
    return await _sendings(request, member, action, Form(), notice=_said(chosen.name, new, within, out))


def _said(name: str, new: int, within: int, out: str) -> str:
    sent = words.gettext("Sent to %(new)s more users of “%(name)s”.", new=f"{new:,}", name=name)
    had = words.gettext("%(n)s had it already.", n=f"{within - new:,}") if within > new else ""
    return " ".join(part for part in (sent, had, out) if part)


@post("/actions/{action_id:int}/links")
async def renew_link(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    await action_link.renew(action, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/sendings#link")


@post("/actions/{action_id:int}/copies")
async def copy_action(request: Request, member: Membership, action_id: int) -> Response:
    made = await copying.copy(await finding.action_of(member, action_id), member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{made.id}")


HANDLERS = [sendings_page, send_to_user_list, renew_link, copy_action]
