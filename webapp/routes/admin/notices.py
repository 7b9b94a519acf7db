"""Tell people: one form for messages, e-mails, push and actions to many users, and what became of each (SPEC P2, R4)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict

from webapp import queue, words
from webapp.access import finding
from webapp.http import bounded, forms, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import user_search
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.notices import received, telling
from webapp.models.notices.notice import ACTION, EMAIL, FAILED, KINDS, MESSAGE, PUSH, SENT, Notice
from webapp.routes.admin.accounts import history, user_table
from webapp.routes.admin.actions import action_news
from webapp.rules.notices import linked

MOST_BODY = {MESSAGE: 5_000, EMAIL: 20_000, PUSH: 400, ACTION: 0}
SHOWN = 50  # notices on their page


@dataclass(frozen=True)
class Whom:
    """The users it goes to. ``fields``: what a form sends to name them again."""

    members: list[Membership]
    words: str
    fields: list[tuple[str, str]]


@get("/notices")
async def notices_page(request: Request, member: Membership, before: int = 0) -> Response:
    found = Notice.filter(campaign_id=member.campaign_id).order_by("-id").select_related("user")
    rows = await (found.filter(id__lt=finding.small_id(before)) if before else found).limit(SHOWN)
    sums = await received.sums([row.id for row in rows])
    return page(request, "admin/notices/notices.html", rows=rows, sums=sums, more=len(rows) == SHOWN)


@get("/notices/new")
async def new_notice(request: Request, member: Membership) -> Response:
    """The form for users who are ticked (``members``), on a user list (``list``), or for all."""
    return await _new_notice(request, member, Form(request.query_params))


async def _new_notice(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    kind = str(form.data.get("kind", ""))
    actions = (
        Action.filter(campaign_id=member.campaign_id, archived_at=None, of_opt_in=False).order_by("-id").limit(100)
    )
    return page(
        request,
        "admin/notices/new.html",
        status_code=status,
        form=form,
        kind=kind if kind in KINDS else MESSAGE,
        whom=await _whom(member, form),
        actions=await actions,
        most=MOST_BODY,
        client_id=uuid.uuid4(),
    )


async def _whom(member: Membership, form: Form, sending: bool = False) -> Whom:
    """As the form names them. A new form without a choice is for all; what is sent says so."""
    listed = str(form.data.get("list", ""))
    if listed.isdecimal():
        chosen = await finding.user_list_of(member, int(listed[:12]))
        return Whom(await telling.on_list(chosen), chosen.name, [("list", str(chosen.id))])
    everyone = form.data.get("scope") == "all" or not (sending or form.every("members"))
    data = FormMultiDict([("scope", "all"), ("filter", form.data.get("filter", ""))]) if everyone else form.data
    found = await user_search.loaded(await user_table.selected(member, Form(data)))
    if everyone:
        asked = user_table.address(user_table.filter_of(form))
        called = words.gettext("all that the filters find") if asked else words.gettext("all users")
        return Whom(found, called, [("scope", "all"), ("filter", asked)])
    named = ", ".join(one.user.name for one in found[:3]) + (" …" if len(found) > 3 else "")
    return Whom(found, named, [("members", one) for one in form.every("members")])


@post("/notices", opt=bounded.MANY_FIELDS)
async def tell(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    client_id = forms.uuid_of(str(form.data.get("client_id", "")))
    notice = await telling.of_form(member, client_id) or await _told(member, form, client_id)
    if notice is None:
        return await _new_notice(request, member, form, status=422)
    await queue.run_notice(notice.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/notices/{notice.id}")


async def _told(member: Membership, form: Form, client_id: uuid.UUID | None) -> Notice | None:
    """The new notice; None where the form has faults, which are noted in it."""
    said, whom = await _words(member, form), await _whom(member, form, sending=True)
    if not whom.members:
        form.wrong("members", words.gettext("Nobody of these may text now, so nothing was sent. Choose others."))
    if not form or client_id is None:
        return None
    if said.action is None:
        return await telling.begin(member, said, [one.id for one in whom.members], whom.words, client_id)
    number = await action_news.send(member, said.action, whom.members, whom.words, client_id)
    if number is None:
        form.wrong(
            "action", words.gettext("This action is not ready yet. Its last step says what to fix. Nothing was sent.")
        )
    elif not number:
        out = await action_news.left_out(said.action, whom.members)
        form.wrong(
            "action",
            f"{words.gettext('Nothing was sent: all who may have this action have it already.')} {out}".strip(),
        )
    return await telling.of_form(member, client_id)


async def _words(member: Membership, form: Form) -> telling.Words:
    kind = form.choice("kind", words.gettext("Kind"), KINDS)
    if kind == ACTION:
        number = form.integer("action", words.gettext("Action"), 1, 10**9)
        action = await finding.action_of(member, number) if form else None
        return telling.Words(kind, action.title if action else "", "", action)
    label = words.gettext("Subject") if kind == EMAIL else words.gettext("Title")
    title = form.text("title", label, 120, required=True)
    body = form.long_text("body", words.gettext("The text"), MOST_BODY[kind])
    if not body and kind != PUSH:
        form.wrong("body", words.gettext("There is no text yet. Nothing was sent."))
    return telling.Words(kind, title, body)


@get("/notices/{notice_id:int}")
async def notice_page(request: Request, member: Membership, notice_id: int, show: str = "", after: int = 0) -> Response:
    notice = await finding.notice_of(member, notice_id)
    show = show if show in (SENT, FAILED, "waiting") else ""
    people = await received.people(notice, show, finding.row_id(after))
    given: dict[str, Any] = {"notice": notice, "sums": (await received.sums([notice.id]))[notice.id], "show": show}
    given |= {"people": people, "more": len(people) == received.PAGE, "lines": linked.lines(notice.body)}
    given |= {"history": await history.of_whole(request, member, "notice", notice.id)}
    return page(request, "admin/notices/notice.html", "admin/notices/_notice.html", **given)


@post("/notices/{notice_id:int}/cancellation")
async def cancel(request: Request, member: Membership, notice_id: int) -> Response:
    notice = await finding.notice_of(member, notice_id)
    await telling.cancel(notice, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/notices/{notice.id}")


HANDLERS = [notices_page, new_notice, tell, notice_page, cancel]
