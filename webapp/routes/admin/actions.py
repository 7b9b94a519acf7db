"""Actions: the list, basic information, who may text, pause and go on (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Request, Response, get, post

from webapp import access, clock, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import audience, audit, pool, publishing, returning, tallies
from webapp.models.actions import Action, ActionExclusion, ActionList, ActionUser, ReportField, ReportTag
from webapp.models.contacts import ContactList
from webapp.models.labels import CustomField, Tag
from webapp.models.people import Membership
from webapp.pages import page

LEAVE_OUT_FIELDS = 3  # fields that one form can name


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
    return page(request, "admin/actions.html", show=show, groups={k: len(v) for k, v in groups.items()}, rows=rows)


@get("/actions/new")
async def new_action(request: Request, member: Membership) -> Response:
    return await _basic(request, member, None, Form())


@post("/actions")
async def create_action(request: Request, member: Membership) -> Response:
    return await _save_basic(request, member, None)


@get("/actions/{action_id:int}")
async def edit_action(request: Request, member: Membership, action_id: int) -> Response:
    return await _basic(request, member, await access.action_of(member, action_id), Form())


@post("/actions/{action_id:int}")
async def save_action(request: Request, member: Membership, action_id: int) -> Response:
    return await _save_basic(request, member, await access.action_of(member, action_id))


async def _basic(
    request: Request, member: Membership, action: Action | None, form: Form, status: int = 200
) -> Response:
    lists = await ContactList.filter(campaign_id=member.campaign_id, archived_at=None).order_by("name")
    tags = await Tag.filter(campaign_id=member.campaign_id, archived_at=None)
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    chosen = _chosen(form, lists, tags, fields) if form.data else await _saved(action)
    lists += await ContactList.filter(
        id__in=[n for n in chosen.lists + chosen.out_lists if n not in {r.id for r in lists}] or [0]
    )
    return page(
        request, "admin/action_basic.html", status_code=status, action=action, form=form, lists=lists, tags=tags,
        fields=fields, chosen=chosen, counted=await _counted(chosen), many=audience.MANY,
    )  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """Ids of the lists whose people are texted, and of what leaves some of them out; fields with their values."""

    lists: list[int]
    out_lists: list[int]
    out_tags: list[int]
    values: list[tuple[int, str]]


async def _saved(action: Action | None) -> Chosen:
    if action is None:
        return Chosen([], [], [], [])
    out = await ActionExclusion.filter(action=action)
    return Chosen(
        [row.contact_list_id for row in await ActionList.filter(action=action)],
        [row.contact_list_id for row in out if row.contact_list_id], [row.tag_id for row in out if row.tag_id],
        [(row.field_id, row.value) for row in out if row.field_id],
    )  # fmt: skip


def _chosen(form: Form, lists: list[ContactList], tags: list[Tag], fields: list[CustomField]) -> Chosen:
    """As the form has it now; ids of other campaigns are left out."""
    own = [row.id for row in lists]
    values = []
    for n in range(LEAVE_OUT_FIELDS):
        field, value = (
            form.text(f"out_field_{n}", words.gettext("Field"), 12),
            form.text(f"out_value_{n}", words.gettext("Value"), 500),
        )
        if value and field in {str(f.id) for f in fields}:
            values.append((int(field), value))
    return Chosen(
        [int(n) for n in form.many("lists", own)], [int(n) for n in form.many("out_lists", own)],
        [int(n) for n in form.many("out_tags", [t.id for t in tags])], values,
    )  # fmt: skip


async def _counted(chosen: Chosen) -> tuple[int, int]:
    return await audience.counted(chosen.lists, chosen.out_lists, chosen.out_tags, chosen.values)


@post("/actions/audience")
async def audience_counted(request: Request, member: Membership) -> Response:
    """How many are texted and how many left out, with what is ticked now. Nothing is saved."""
    form, own = Form(await request.form()), {"campaign_id": member.campaign_id}
    chosen = _chosen(form, await ContactList.filter(**own), await Tag.filter(**own), await CustomField.filter(**own))
    return page(request, "admin/_audience.html", counted=await _counted(chosen), many=audience.MANY)


async def _save_basic(request: Request, member: Membership, action: Action | None) -> Response:
    form = Form(await request.form())
    values = {
        "title": form.text("title", words.gettext("Title"), 160, required=True),
        "description": form.long_text("description", words.gettext("Description"), 4_000),
        "instructions": form.long_text("instructions", words.gettext("Instructions"), 8_000),
        "ends_on": form.day("ends_on", words.gettext("End date")),
    }
    if not form:
        return await _basic(request, member, action, form, status=422)
    saved = await transaction(lambda: _store_basic(member, action, values, form))
    await queue.apply_audience(saved.id)
    await queue.make_conversations(saved.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{saved.id}/scripts")


async def _store_basic(member: Membership, action: Action | None, values: dict, form: Form) -> Action:
    if action is None:
        action = await Action.create(campaign=member.campaign, created_at=clock.now(), **values)
    else:
        await action.update_from_dict(values).save(update_fields=list(values))
    lists = {row.id: row for row in await ContactList.filter(campaign_id=member.campaign_id)}
    tags = {row.id: row for row in await Tag.filter(campaign_id=member.campaign_id)}
    fields = {row.id: row for row in await CustomField.filter(campaign_id=member.campaign_id)}
    chosen = _chosen(form, list(lists.values()), list(tags.values()), list(fields.values()))
    await action.use_lists([lists[n] for n in chosen.lists])
    await action.leave_out(
        [lists[n] for n in chosen.out_lists], [tags[n] for n in chosen.out_tags], [(fields[n], v) for n, v in chosen.values]
    )  # fmt: skip
    await audience.changed(action.id)
    await audit.note(
        member.campaign, member.user, "action.saved", action.title, lists=[lists[n].name for n in chosen.lists],
        left_out=[*(lists[n].name for n in chosen.out_lists), *(tags[n].name for n in chosen.out_tags), *(f"{fields[n].title}: {v}" for n, v in chosen.values)],
    )  # fmt: skip
    return action


@get("/actions/{action_id:int}/report-settings")
async def report_settings(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    tags = await Tag.filter(campaign_id=member.campaign_id, archived_at=None)
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(
        request, "admin/action_report.html", action=action, tags=tags, fields=fields,
        chosen_tags=set(await ReportTag.filter(action=action).values_list("tag_id", flat=True)),
        chosen_fields=set(await ReportField.filter(action=action).values_list("field_id", flat=True)),
    )  # fmt: skip


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
    checks = await publishing.last_look(action)
    sizes = await ActionList.filter(action=action).values_list("contact_list__size", flat=True)
    return page(
        request, "admin/action_publish.html", status_code=status, action=action, form=Form() if form is None else form, checks=checks,
        wrong=[c for c in checks if not c.fine], people=sum(int(n) for n in sizes),  # type: ignore[call-overload]
        overrulable=member.role == "owner" and all(c.overrulable for c in checks if not c.fine),
    )  # fmt: skip


@post("/actions/{action_id:int}/pauses")
async def pause(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, action.pause, "action.paused")


@post("/actions/{action_id:int}/resumption")
async def resume(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    answer = await _change(request, member, action, action.resume, "action.resumed")
    await queue.drain_all(await pool.number_ids(member.campaign))
    return answer


@post("/actions/{action_id:int}/archive")
async def archive(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, lambda: publishing.archive(action), "action.archived")


@post("/actions/{action_id:int}/returns")
async def return_unsent(request: Request, member: Membership, action_id: int) -> Response:
    """S8's button: contacts taken by Start and not clicked go back to the pool."""
    action = await access.action_of(member, action_id)
    return await _change(request, member, action, lambda: returning.return_all(action, member.user), "action.returned")


async def _change(request: Request, member: Membership, action: Action, verb, what: str) -> Response:  # type: ignore[no-untyped-def]
    await audit.noted(member, verb, what, action.title)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/results")


HANDLERS = [
    actions_page, new_action, create_action, audience_counted, edit_action, save_action, report_settings, save_report_settings,
    publication_page, publish, pause, resume, archive, return_unsent,
]  # fmt: skip
