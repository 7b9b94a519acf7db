"""Actions: the list, report settings, who may text, pause and go on (SPEC section 3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import access, clock, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import tallies
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action, ActionUser, ReportField, ReportTag
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations import going_back
from webapp.models.numbers import choice
from webapp.models.scripts import publishing, shortfalls
from webapp.pages import page


@get("/actions")
async def actions_page(request: Request, member: Membership, show: str = "running") -> Response:
    found = Action.filter(campaign_id=member.campaign_id).order_by("-id").select_related("campaign")
    everything = await found
    groups = {
        "running": [a for a in everything if a.live and not a.ended(clock.now())],
        "drafts": [a for a in everything if a.state == "draft" and not a.archived_at],
        "ended": [a for a in everything if a.live and a.ended(clock.now())],
        "archived": [a for a in everything if a.archived_at],
    }
    show = show if show in groups else "running"
    ids = [a.id for a in groups[show]]
    totals, volunteers = await tallies.totals_of(ids), await ActionUser.counts(ids)
    rows = [(a, totals[a.id], volunteers.get(a.id, 0)) for a in groups[show]]
    return page(
        request, "admin/actions/actions.html", show=show, groups={k: len(v) for k, v in groups.items()}, rows=rows
    )


@get("/actions/{action_id:int}/report-settings")
async def report_settings(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    tags = await Tag.filter(campaign_id=member.campaign_id, archived_at=None)
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(
        request,
        "admin/actions/report_settings.html",
        action=action,
        tags=tags,
        fields=fields,
        chosen_tags=set(await ReportTag.filter(action=action).values_list("tag_id", flat=True)),
        chosen_fields=set(await ReportField.filter(action=action).values_list("field_id", flat=True)),
    )


@post("/actions/{action_id:int}/report-settings")
async def save_report_settings(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await access.action_of(member, action_id), Form(await request.form())
    tags = {str(t.id): t for t in await Tag.filter(campaign_id=member.campaign_id, archived_at=None)}
    fields = {str(f.id): f for f in await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)}
    chosen_tags = [tags[n] for n in form.many("tags", tags)]
    chosen_fields = [fields[n] for n in form.many("fields", fields)]

    async def store() -> None:
        await ReportTag.filter(action=action).delete()
        await ReportField.filter(action=action).delete()
        await ReportTag.bulk_create([ReportTag(action=action, tag=tag) for tag in chosen_tags])
        await ReportField.bulk_create([ReportField(action=action, field=field) for field in chosen_fields])
        await audit.note(member.campaign, member.user, "action.report_settings", action.title)

    await transaction(store)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/publication")


@get("/actions/{action_id:int}/publication")
async def publication_page(request: Request, member: Membership, action_id: int) -> Response:
    return await _publication(request, member, await access.action_of(member, action_id))


@post("/actions/{action_id:int}/publication")
async def publish(request: Request, member: Membership, action_id: int) -> Response:
    action, form = await access.action_of(member, action_id), Form(await request.form())
    state = form.choice("state", words.gettext("Who may text"), ("private", "public"))
    reason = form.text("reason", words.gettext("Reason"), 400)
    if not form or not await publishing.publish(action, member, state, reason):
        form.wrong("state", words.gettext("Not published. The list below says what to mend first."))
        return await _publication(request, member, action, form, status=422)
    await queue.make_conversations(action.id)
    path = f"/c/{member.campaign.slug}/admin"
    return pages.go_to(
        request, f"{path}/users?action={action.id}" if state == "private" else f"{path}/actions/{action.id}/results"
    )


async def _publication(
    request: Request, member: Membership, action: Action, form: Form | None = None, status: int = 200
) -> Response:
    look = await publishing.checklist(action)
    checks = look.checks
    people, left_out = await audience.of_action(action.id)
    return page(
        request,
        "admin/actions/publication.html",
        status_code=status,
        action=action,
        warnings=look.warnings,
        form=Form() if form is None else form,
        checks=checks,
        wrong=[c for c in checks if not c.fine],
        people=people - left_out,
        left_out=left_out,
        overrulable=member.role == "owner" and all(c.overrulable for c in checks if not c.fine),
    )


@get("/actions/{action_id:int}/shortfalls")
async def shortfalls_page(request: Request, member: Membership, action_id: int) -> Response:
    """How many people each script can't be filled for; counted over all of them, so it is asked for by itself."""
    action = await access.action_of(member, action_id)
    found = await shortfalls.of_action(action)
    return page(request, "admin/scripts/shortfalls.html", "admin/scripts/_shortfalls.html", action=action, found=found)


@post("/actions/{action_id:int}/pause")
async def pause(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, action.pause, "action.paused")


@post("/actions/{action_id:int}/pause/end")
async def resume(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    answer = await _change(request, member, action, action.resume, "action.resumed")
    await queue.drain_all(await choice.number_ids(member.campaign))
    return answer


@post("/actions/{action_id:int}/archive")
async def archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, lambda: publishing.archive(action), "action.archived")


@post("/actions/{action_id:int}/returns")
async def return_unsent(request: Request, member: Membership, action_id: int) -> Response:
    """S8's button: contacts taken by Start and not clicked go back to the pool."""
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, lambda: going_back.return_all(action, member.user), "action.returned")


async def _change(request: Request, member: Membership, action: Action, verb, what: str) -> Response:  # type: ignore[no-untyped-def]
    await audit.noted(member, verb, what, action.title)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/results")


HANDLERS = [
    actions_page,
    report_settings,
    save_report_settings,
    publication_page,
    shortfalls_page,
    publish,
    pause,
    resume,
    archive,
    return_unsent,
]
