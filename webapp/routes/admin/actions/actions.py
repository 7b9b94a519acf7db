"""Actions: the list, report settings, pause, and contacts returned (SPEC section 3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import clock, news, queue
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions import report_settings
from webapp.models.actions.action import DRAFT, Action, ActionUser
from webapp.models.assignments import going_back
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.numbers import choice
from webapp.models.results import operations
from webapp.models.scripts import first_steps


@get("/actions")
async def actions_page(request: Request, member: Membership, show: str = "running") -> Response:
    by_state = _by_state(
        await Action.filter(campaign_id=member.campaign_id, of_opt_in=False).order_by("-id").select_related("campaign")
    )
    show = show if show in by_state else "running"
    ids = [a.id for a in by_state[show]]
    totals, volunteers = await kept_counts.totals_of(ids), await ActionUser.counts(ids)
    queued = await operations.first_texts_queued([member.campaign])
    rows = [(a, totals[a.id], queued[a.id], volunteers.get(a.id, 0)) for a in by_state[show]]
    steps = [] if rows else await first_steps.of(member.campaign)
    sizes = {k: len(v) for k, v in by_state.items()}
    return page(request, "admin/actions/actions.html", show=show, sizes=sizes, rows=rows, steps=steps)


def _by_state(actions: list[Action]) -> dict[str, list[Action]]:
    now = clock.now()
    return {
        "running": [a for a in actions if a.live and not a.ended(now)],
        "drafts": [a for a in actions if a.state == DRAFT and not a.archived_at],
        "ended": [a for a in actions if a.live and a.ended(now)],
        "archived": [a for a in actions if a.archived_at],
    }


@get("/actions/{action_id:int}/report-settings")
async def report_settings_page(request: Request, member: Membership, action_id: int) -> Response:
    action, own = await finding.action_of(member, action_id), {"campaign_id": member.campaign_id, "archived_at": None}
    chosen_tags, chosen_fields = await report_settings.chosen_ids(action)
    return page(
        request,
        "admin/actions/report_settings.html",
        action=action,
        tags=await Tag.filter(**own),
        fields=await CustomField.filter(**own),
        chosen_tags=chosen_tags,
        chosen_fields=chosen_fields,
    )


@post("/actions/{action_id:int}/report-settings")
async def save_report_settings(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    tags = {str(t.id): t for t in await Tag.filter(campaign_id=member.campaign_id, archived_at=None)}
    fields = {str(f.id): f for f in await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)}
    chosen_tags = [tags[n] for n in form.many("tags", tags)]
    chosen_fields = [fields[n] for n in form.many("fields", fields)]
    await report_settings.save(action, chosen_tags, chosen_fields, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/publication")


@post("/actions/{action_id:int}/pause")
async def pause(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    await action.pause(member)
    await news.tell_queues(member.campaign_id, action.id)
    return _to_results(request, member, action)


@post("/actions/{action_id:int}/pause/end")
async def resume(request: Request, member: Membership, action_id: int) -> Response:
    """The form says which pause it showed."""
    action = await finding.action_of(member, action_id)
    if not await action.resume(member, str((await request.form()).get("shown", ""))):
        return _to_results(request, member, action, "?paused_since=1")
    await news.tell_queues(member.campaign_id, action.id)
    await queue.drain_all(await choice.number_ids(member.campaign))
    return _to_results(request, member, action)


@get("/actions/{action_id:int}/returns")
async def ask_to_return(request: Request, member: Membership, action_id: int) -> Response:
    action = await finding.action_of(member, action_id)
    people, volunteers = await going_back.returning(action)
    return page(request, "admin/actions/returns.html", action=action, people=people, volunteers=volunteers)


@post("/actions/{action_id:int}/returns")
async def return_unsent(request: Request, member: Membership, action_id: int) -> Response:
    """S8's button: contacts that Start gave to volunteers and nobody clicked are free again."""
    action = await finding.action_of(member, action_id)
    people = await going_back.return_all(action, member)
    return _to_results(request, member, action, f"?returned={people}")


@post("/actions/{action_id:int}/returns/end")
async def undo_return(request: Request, member: Membership, action_id: int) -> Response:
    """Those whom nobody took meanwhile go back to the volunteers who had them."""
    action = await finding.action_of(member, action_id)
    people = await going_back.undo_return(action, member)
    return _to_results(request, member, action, f"?given={people}")


def _to_results(request: Request, member: Membership, action: Action, more: str = "") -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/results{more}")


HANDLERS = [
    actions_page,
    report_settings_page,
    save_report_settings,
    pause,
    resume,
    ask_to_return,
    return_unsent,
    undo_return,
]
