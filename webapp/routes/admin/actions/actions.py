"""Actions: the list, report settings, publication, pause and archive (SPEC section 3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import access, clock, pages, queue, words
from webapp.forms import Form
from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience, report_settings
from webapp.models.actions.action import DRAFT, PRIVATE, PUBLIC, Action, ActionUser
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import going_back
from webapp.models.numbers import choice
from webapp.models.scripts import first_steps, publishing, shortfalls
from webapp.pages import page


@get("/actions")
async def actions_page(request: Request, member: Membership, show: str = "running") -> Response:
    groups = _groups(await Action.filter(campaign_id=member.campaign_id).order_by("-id").select_related("campaign"))
    show = show if show in groups else "running"
    ids = [a.id for a in groups[show]]
    totals, volunteers = await kept_counts.totals_of(ids), await ActionUser.counts(ids)
    rows = [(a, totals[a.id], volunteers.get(a.id, 0)) for a in groups[show]]
    steps = [] if rows else await first_steps.of(member.campaign)
    sizes = {k: len(v) for k, v in groups.items()}
    return page(request, "admin/actions/actions.html", show=show, groups=sizes, rows=rows, steps=steps)


def _groups(actions: list[Action]) -> dict[str, list[Action]]:
    now = clock.now()
    return {
        "running": [a for a in actions if a.live and not a.ended(now)],
        "drafts": [a for a in actions if a.state == DRAFT and not a.archived_at],
        "ended": [a for a in actions if a.live and a.ended(now)],
        "archived": [a for a in actions if a.archived_at],
    }


@get("/actions/{action_id:int}/report-settings")
async def report_settings_page(request: Request, member: Membership, action_id: int) -> Response:
    action, own = await access.action_of(member, action_id), {"campaign_id": member.campaign_id, "archived_at": None}
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
    action, form = await access.action_of(member, action_id), Form(await request.form())
    tags = {str(t.id): t for t in await Tag.filter(campaign_id=member.campaign_id, archived_at=None)}
    fields = {str(f.id): f for f in await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)}
    chosen_tags = [tags[n] for n in form.many("tags", tags)]
    chosen_fields = [fields[n] for n in form.many("fields", fields)]
    await report_settings.save(action, chosen_tags, chosen_fields, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/publication")


@get("/actions/{action_id:int}/publication")
async def publication_page(request: Request, member: Membership, action_id: int) -> Response:
    return await _publication(request, member, await access.action_of(member, action_id))


@post("/actions/{action_id:int}/publication")
async def publish(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await access.action_of(member, action_id), Form(await request.form())
    state = form.choice("state", words.gettext("Who may text"), (PRIVATE, PUBLIC))
    reason = form.text("reason", words.gettext("Reason"), 400)
    if not form or not await publishing.publish(action, member, state, reason):
        form.wrong("state", words.gettext("Not published. The list below says what to fix first."))
        return await _publication(request, member, action, form, status=422)
    await queue.make_conversations(action.id)
    office = f"/c/{member.campaign.slug}/admin"
    next_page = f"users?action={action.id}" if state == PRIVATE else f"actions/{action.id}/results"
    return pages.go_to(request, f"{office}/{next_page}")


async def _publication(
    request: Request, member: Membership, action: Action, form: Form | None = None, status: int = 200
) -> Response:
    checklist = await publishing.checklist(action)
    checks = checklist.checks
    return page(
        request,
        "admin/actions/publication.html",
        status_code=status,
        action=action,
        warnings=checklist.warnings,
        form=Form() if form is None else form,
        checks=checks,
        wrong=[c for c in checks if not c.fine],
        numbers=await audience.numbers(action),
        overrulable=member.role == "owner" and all(c.overrulable for c in checks if not c.fine),
    )


@get("/actions/{action_id:int}/shortfalls")
async def shortfalls_page(request: Request, member: Membership, action_id: int) -> Response:
    """For how many people each script lacks a value. Counting reads everyone, so the page loads this part by itself."""
    action = await access.action_of(member, action_id)
    found = await shortfalls.of_action(action)
    return page(request, "admin/scripts/shortfalls.html", "admin/scripts/_shortfalls.html", action=action, found=found)


@post("/actions/{action_id:int}/pause")
async def pause(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    await action.pause(member)
    return _to_results(request, member, action)


@post("/actions/{action_id:int}/pause/end")
async def resume(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    await action.resume(member)
    await queue.drain_all(await choice.number_ids(member.campaign))
    return _to_results(request, member, action)


@get("/actions/{action_id:int}/archive")
async def ask_to_archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return page(request, "admin/actions/archive.html", action=action, about=await publishing.archiving(action))


@post("/actions/{action_id:int}/archive")
async def archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    await publishing.archive(action, member)
    return _to_results(request, member, action)


@post("/actions/{action_id:int}/archive/end")
async def restore(request: Request, member: Membership, action_id: int) -> Response:
    """In use again, where the checklist of publishing allows it."""
    action, form = await access.action_of(member, action_id), Form(await request.form())
    if not await publishing.restore(action, member, form.text("reason", words.gettext("Reason"), 400)):
        form.wrong("state", words.gettext("Not used again. The list below says what to fix first."))
        return await _publication(request, member, action, form, status=422)
    await queue.apply_audience(action.id)
    await queue.make_conversations(action.id)
    return _to_results(request, member, action)


@get("/actions/{action_id:int}/returns")
async def ask_to_return(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    people, volunteers = await going_back.returning(action)
    return page(request, "admin/actions/returns.html", action=action, people=people, volunteers=volunteers)


@post("/actions/{action_id:int}/returns")
async def return_unsent(request: Request, member: Membership, action_id: int) -> Response:
    """S8's button: contacts that Start gave to volunteers and nobody clicked are free again."""
    action = await access.action_of(member, action_id)
    people = await going_back.return_all(action, member)
    return _to_results(request, member, action, f"?returned={people}")


@post("/actions/{action_id:int}/returns/end")
async def undo_return(request: Request, member: Membership, action_id: int) -> Response:
    """Those whom nobody took meanwhile go back to the volunteers who had them."""
    action = await access.action_of(member, action_id)
    people = await going_back.undo_return(action, member)
    return _to_results(request, member, action, f"?given={people}")


def _to_results(request: Request, member: Membership, action: Action, more: str = "") -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/results{more}")


HANDLERS = [
    actions_page,
    report_settings_page,
    save_report_settings,
    publication_page,
    shortfalls_page,
    publish,
    pause,
    resume,
    ask_to_archive,
    archive,
    restore,
    ask_to_return,
    return_unsent,
    undo_return,
]
