"""Settings, Webhooks: endpoints, made and ended by owners, and every event on its way to one (SPEC B7)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import config, queue, words
from webapp.access import connections, finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.hooks import endpoint, event
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.routes.admin.accounts import history
from webapp.rules.hooks import events
from webapp.rules.outside import address as outside_address
from webapp.words import later

WORDS = {
    events.SENT: later("A text was sent"),
    events.DELIVERED: later("A text was delivered"),
    events.FAILED: later("A text failed"),
    events.REPLY: later("A reply came"),
    events.OPT_OUT: later("A phone opted out"),
    events.REPORT: later("A report was filed"),
}


@get("/settings/webhooks")
async def hooks_page(request: Request, member: Membership) -> Response:
    return await _hooks(request, member, Form())


async def _hooks(request: Request, member: Membership, form: Form, status: int = 200, **shown: Any) -> Response:
    return page(
        request,
        "admin/hooks/endpoints.html",
        status_code=status,
        form=form,
        by_owner=member.role == OWNER,
        endpoints=await endpoint.of(member.campaign_id),
        kinds=_kinds(),
        **{"made": None, "secret": "", **shown},
    )


def _kinds() -> list[tuple[str, str]]:
    return [(kind, words.gettext(said)) for kind, said in WORDS.items()]


@post("/settings/webhooks", dependencies=proving.STAFF, status_code=200)
async def make_hook(request: Request, member: Membership) -> Response:
    """The secret stands on this answer, and nowhere else."""
    finding.owners_only(member)
    form = Form(await request.form())
    url, kinds = _read(form)
    if len(await endpoint.of(member.campaign_id)) >= endpoint.MOST:
        form.wrong("url", words.gettext("There are as many endpoints as there may be. End one first."))
    if not form:
        return await _hooks(request, member, form, status=422)
    row, secret = await endpoint.make(member, url, kinds, form.ticked("whole_phones"))
    return await _hooks(request, member, Form(), made=row, secret=secret)


def _read(form: Form) -> tuple[str, list[str]]:
    url = form.text("url", words.gettext("Address"), outside_address.LONGEST, required=True)
    kinds = form.many("events", events.KINDS)
    if url and (why := outside_address.why_not(url, config.settings().rehearsal)):
        form.wrong("url", why)
    if not kinds:
        form.wrong("events", words.gettext("Choose what is told."))
    return url, kinds


@get("/settings/webhooks/{hook_id:int}")
async def hook_page(request: Request, member: Membership, hook_id: int, show: str = "", before: int = 0) -> Response:
    hook = await connections.hook_of(member, hook_id)
    state = show if show in event.STATES else ""
    rows, more = await event.page(hook, state, finding.row_id(before))
    shown: dict[str, Any] = {"hook": hook, "rows": rows, "more": more, "state": state, "by_owner": member.role == OWNER}
    own = await history.of(member, "hook", hook.id)
    return page(request, "admin/hooks/events.html", kinds=dict(_kinds()), history=own, **shown)


@post("/settings/webhooks/{hook_id:int}/end", dependencies=proving.STAFF)
async def end_hook(request: Request, member: Membership, hook_id: int) -> Response:
    finding.owners_only(member)
    await endpoint.end(member, await connections.hook_of(member, hook_id))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/webhooks")


@post("/settings/webhooks/{hook_id:int}/off/end")
async def turn_on(request: Request, member: Membership, hook_id: int) -> Response:
    finding.owners_only(member)
    hook = await connections.hook_of(member, hook_id)
    await endpoint.turn_on(member, hook)
    return await _begin(request, member, hook)


@post("/settings/webhooks/{hook_id:int}/events/{event_id:int}/sending")
async def send_again(request: Request, member: Membership, hook_id: int, event_id: int) -> Response:
    hook = await connections.hook_of(member, hook_id)
    row = await connections.hook_event_of(hook, event_id)
    await event.send_again(member, hook, row.id)
    return await _begin(request, member, hook)


@post("/settings/webhooks/{hook_id:int}/sendings")
async def send_all_again(request: Request, member: Membership, hook_id: int) -> Response:
    """All that were given up."""
    hook = await connections.hook_of(member, hook_id)
    await event.send_again(member, hook)
    return await _begin(request, member, hook)


async def _begin(request: Request, member: Membership, hook: HookEndpoint) -> Response:
    await queue.send_hooks(hook.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/webhooks/{hook.id}")


HANDLERS = [hooks_page, make_hook, hook_page, end_hook, turn_on, send_again, send_all_again]
