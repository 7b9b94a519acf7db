"""An action's first step: what it is about, which lists it texts, and who is left out (SPEC A1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from litestar import Request, Response, get, post

from webapp import access, clock, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.actions.action import Action, ActionExclusion, ActionList
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.sending import caps
from webapp.pages import page

Row = TypeVar("Row", ContactList, Tag, CustomField)

LEAVE_OUT_VALUES = 3  # rows of field and value that a form shows at least
MOST_VALUES = 50


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
    own = {"campaign_id": member.campaign_id}
    lists, tags, fields = await ContactList.filter(**own), await Tag.filter(**own), await CustomField.filter(**own)
    chosen = _chosen(form, lists, tags, fields) if form.data else await _saved(action)
    lists = _offered(lists, {*chosen.lists, *chosen.out_lists})
    tags, fields = _offered(tags, set(chosen.out_tags)), _offered(fields, {n for n, _ in chosen.values})
    return page(
        request,
        "admin/actions/basics.html",
        status_code=status,
        action=action,
        form=form,
        lists=lists,
        tags=tags,
        fields=fields,
        chosen=chosen,
        counted=await _counted(chosen),
        many=audience.MANY,
        value_rows=max(LEAVE_OUT_VALUES, len(chosen.values) + 1),
    )


def _offered(rows: list[Row], used: set[int]) -> list[Row]:
    """What is archived is offered only where it is used already."""
    return [row for row in rows if not row.archived_at or row.id in used]


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
        [row.contact_list_id for row in out if row.contact_list_id],
        [row.tag_id for row in out if row.tag_id],
        [(row.field_id, row.value) for row in out if row.field_id],
    )


def _chosen(form: Form, lists: list[ContactList], tags: list[Tag], fields: list[CustomField]) -> Chosen:
    """As the form has it now; ids of other campaigns are left out."""
    own = [row.id for row in lists]
    values = []
    for n in range(MOST_VALUES):
        field, value = (
            form.text(f"out_field_{n}", words.gettext("Field"), 12),
            form.text(f"out_value_{n}", words.gettext("Value"), 500),
        )
        if value and field in {str(f.id) for f in fields}:
            values.append((int(field), value))
    return Chosen(
        [int(n) for n in form.many("lists", own)],
        [int(n) for n in form.many("out_lists", own)],
        [int(n) for n in form.many("out_tags", [t.id for t in tags])],
        values,
    )


async def _counted(chosen: Chosen) -> tuple[int, int]:
    return await audience.counted(chosen.lists, chosen.out_lists, chosen.out_tags, chosen.values)


@post("/actions/audience")
async def audience_counted(request: Request, member: Membership) -> Response:
    """How many are texted and how many left out, with what is ticked now. Nothing is saved."""
    form, own = Form(await request.form()), {"campaign_id": member.campaign_id}
    chosen = _chosen(form, await ContactList.filter(**own), await Tag.filter(**own), await CustomField.filter(**own))
    return page(request, "admin/actions/_audience.html", counted=await _counted(chosen), many=audience.MANY)


async def _save_basic(request: Request, member: Membership, action: Action | None) -> Response:
    form = Form(await request.form())
    values = {
        "title": form.text("title", words.gettext("Title"), 160, required=True),
        "description": form.long_text("description", words.gettext("Description"), 4_000),
        "instructions": form.long_text("instructions", words.gettext("Instructions"), 8_000),
        "ends_on": form.day("ends_on", words.gettext("End date")),
        "daily_cap": form.dollars("daily_cap", words.gettext("Cap a day")),
    }
    own = {"campaign_id": member.campaign_id}
    _chosen(form, await ContactList.filter(**own), await Tag.filter(**own), await CustomField.filter(**own))
    if not form:
        return await _basic(request, member, action, form, status=422)
    saved = await transaction(lambda: _store_basic(member, action, values, form))
    await caps.enforce(member.campaign)
    await queue.apply_audience(saved.id)
    await queue.make_conversations(saved.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{saved.id}/scripts")


async def _store_basic(member: Membership, action: Action | None, values: dict, form: Form) -> Action:
    if action is None:
        action = await Action.create(campaign=member.campaign, created_at=clock.now(), **values)
    else:
        values |= caps.new_cap(action, values["daily_cap"])
        await action.update_from_dict(values).save(update_fields=list(values))
    lists = {row.id: row for row in await ContactList.filter(campaign_id=member.campaign_id)}
    tags = {row.id: row for row in await Tag.filter(campaign_id=member.campaign_id)}
    fields = {row.id: row for row in await CustomField.filter(campaign_id=member.campaign_id)}
    chosen = _chosen(form, list(lists.values()), list(tags.values()), list(fields.values()))
    if chosen != await _saved(action):
        await action.use_lists([lists[n] for n in chosen.lists])
        await action.leave_out(
            [lists[n] for n in chosen.out_lists],
            [tags[n] for n in chosen.out_tags],
            [(fields[n], v) for n, v in chosen.values],
        )
        await audience.changed(action.id)
    await audit.note(
        member.campaign,
        member.user,
        "action.saved",
        action.title,
        lists=[lists[n].name for n in chosen.lists],
        left_out=[
            *(lists[n].name for n in chosen.out_lists),
            *(tags[n].name for n in chosen.out_tags),
            *(f"{fields[n].title}: {v}" for n, v in chosen.values),
        ],
    )
    return action


HANDLERS = [new_action, create_action, audience_counted, edit_action, save_action]
