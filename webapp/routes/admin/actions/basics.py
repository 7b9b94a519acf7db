"""An action's first step: what it is about, which lists it texts, and which people it leaves out (SPEC A1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from litestar import Request, Response, get, post

from webapp import clock, queue, words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience, basics
from webapp.models.actions.action import Action
from webapp.models.actions.audience import Chosen
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.sending import caps
from webapp.routes.admin.accounts import history
from webapp.rules import edited
from webapp.rules.edited import Meanwhile
from webapp.rules.speech.sentences import said

Row = TypeVar("Row", ContactList, Tag, CustomField)

FIELDS = {"ends_on": said("End date"), "lists": said("Contact lists"), "out_lists": said("Left out by list")}
FIELDS |= {
    "out_tags": said("Left out by tag"),
    "out_values": said("Left out by value"),
    "daily_cap": said("Daily spending limit"),
}
LEAVE_OUT_VALUES = 3  # rows of field and value that a form shows at least
MOST_VALUES = 50


@get("/actions/new")
async def new_action(request: Request, member: Membership) -> Response:
    return await _basics(request, member, None, Form())


@post("/actions")
async def create_action(request: Request, member: Membership) -> Response:
    return await _save_basics(request, member, None)


@get("/actions/{action_id:int}")
async def edit_action(request: Request, member: Membership, action_id: int) -> Response:
    return await _basics(request, member, await finding.action_of(member, action_id), Form())


@post("/actions/{action_id:int}")
async def save_action(request: Request, member: Membership, action_id: int) -> Response:
    return await _save_basics(request, member, await finding.action_of(member, action_id))


async def _basics(
    request: Request,
    member: Membership,
    action: Action | None,
    form: Form,
    status: int = 200,
    chosen: Chosen | None = None,
) -> Response:
    """``chosen``: shown instead of the form's choice."""
    lists, tags, fields = await _own(member)
    if chosen is None:
        chosen = _chosen(form, lists, tags, fields) if form.data else await _stored(action)
    lists = _offered(lists, {*chosen.lists, *chosen.out_lists})
    tags, fields = _offered(tags, set(chosen.out_tags)), _offered(fields, {n for n, _ in chosen.values})
    return page(
        request,
        "admin/actions/basics.html",
        status_code=status,
        action=action,
        form=form,
        mark=edited.mark(await basics.words_of(action)) if action else "",
        lists=lists,
        tags=tags,
        fields=fields,
        chosen=chosen,
        counted=await _counted(chosen),
        many=audience.MANY,
        value_rows=max(LEAVE_OUT_VALUES, len(chosen.values) + 1),
        history=await history.of(member, "action", action.id) if action else None,
    )


async def _own(member: Membership) -> tuple[list[ContactList], list[Tag], list[CustomField]]:
    """All lists, tags and fields of the campaign, archived ones too."""
    own = {"campaign_id": member.campaign_id}
    return await ContactList.filter(**own), await Tag.filter(**own), await CustomField.filter(**own)


async def _stored(action: Action | None) -> Chosen:
    return await audience.chosen(action.id) if action else Chosen([], [], [], [])


def _offered(rows: list[Row], used: set[int]) -> list[Row]:
    """Archived ones are offered only where the action uses them already."""
    return [row for row in rows if not row.archived_at or row.id in used]


def _chosen(form: Form, lists: list[ContactList], tags: list[Tag], fields: list[CustomField]) -> Chosen:
    """The choice in the form, of these rows only."""
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
    """How many people the choice in the form texts and how many it leaves out. Nothing is saved."""
    form = Form(await request.form())
    chosen = _chosen(form, *await _own(member))
    return page(request, "admin/actions/_audience.html", counted=await _counted(chosen), many=audience.MANY)


async def _save_basics(request: Request, member: Membership, action: Action | None) -> Response:
    form = Form(await request.form())
    values, chosen = _values(form, member, action), _chosen(form, *await _own(member))
    if not form:
        return await _basics(request, member, action, form, status=422)
    if action is None:
        action = await basics.create(values, chosen, member)
    elif found := await basics.save(action, values, chosen, member, form.mark()):
        action = await finding.action_of(member, action.id)
        if isinstance(found, basics.NoList):
            form.wrong("lists", words.gettext("This action is published, so it needs at least one contact list."))
            return await _basics(request, member, action, form, 422)
        form.overtaken(found, FIELDS)
        return await _basics(request, member, action, form, 409, await _merged(action, chosen, found))
    await caps.enforce(member.campaign)
    await queue.apply_audience(action.id)
    await queue.make_conversations(action.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/actions/{action.id}/scripts")


async def _merged(action: Action, chosen: Chosen, found: Meanwhile) -> Chosen:
    """The form's choice, with what others changed meanwhile where the form changed nothing."""
    stored = await audience.chosen(action.id)
    theirs = {name for name in found.changed if name not in found.mine}
    parts = {"lists": "lists", "out_lists": "out_lists", "out_tags": "out_tags", "out_values": "values"}
    return replace(chosen, **{part: getattr(stored, part) for name, part in parts.items() if name in theirs})


def _values(form: Form, member: Membership, action: Action | None) -> dict[str, Any]:
    return {
        "title": form.text("title", words.gettext("Title"), 160, required=True),
        "description": form.long_text("description", words.gettext("Description"), 4_000),
        "instructions": form.long_text("instructions", words.gettext("Instructions"), 8_000),
        "ends_on": _end_date(form, member, action),
        "daily_cap": form.cap("daily_cap"),
    }


def _end_date(form: Form, member: Membership, action: Action | None) -> date | None:
    """Not in the past, by the campaign's clock; one that has passed since it was saved may stay (A1)."""
    day = form.day("ends_on", words.gettext("End date"))
    if day and day < member.campaign.local(clock.now()).date() and day != (action.ends_on if action else None):
        form.wrong("ends_on", words.gettext("The end date is in the past. Choose today or a later day."))
    return day


HANDLERS = [new_action, create_action, audience_counted, edit_action, save_action]
