"""Tags and custom fields: created, ordered, changed, archived. A slug never changes (SPEC C4)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions import gaps
from webapp.models.contacts import label_changes
from webapp.models.contacts.labels import SELECTION, TEXT, CustomField, Tag
from webapp.routes.admin.accounts import history
from webapp.rules import script_lint
from webapp.rules.contacts import contact_columns


@get("/settings/tags")
async def tags_page(request: Request, member: Membership) -> Response:
    return await _tags(request, member, Form())


async def _tags(
    request: Request, member: Membership, form: Form, status: int = 200, chosen: Tag | None = None
) -> Response:
    everything = await Tag.filter(campaign_id=member.campaign_id)
    return page(
        request,
        "admin/contacts/tags.html",
        status_code=status,
        form=form,
        chosen=chosen,
        tags=[t for t in everything if not t.archived_at],
        archived=[t for t in everything if t.archived_at],
        history=await history.of(member, "tag", chosen.id if chosen else 0),
    )


@post("/settings/tags")
async def add_tag(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    values = await _new_tag(member, form)
    if form and not await label_changes.create_tag(values, member):
        form.wrong("name", _tag_taken())
    if not form:
        return await _tags(request, member, form, status=422)
    return _to(request, member, "tags")


async def _new_tag(member: Membership, form: Form) -> dict[str, Any]:
    values = _tag_values(form)
    if form and not contact_columns.slug(values["name"]):
        form.wrong("name", words.gettext("A name needs letters or digits."))
    if form and await label_changes.tag_name_taken(member.campaign_id, values["name"]):
        form.wrong("name", _tag_taken())
    return values


def _tag_taken() -> str:
    return words.gettext("There is already a tag with this name.")


def _tag_values(form: Form) -> dict[str, Any]:
    return {"name": form.text("name", words.gettext("Name"), 80, required=True), **_place(form)}


def _place(form: Form) -> dict[str, Any]:
    return {
        "display_order": form.integer("display_order", words.gettext("Display order"), 0, 1_000),
        "reportable": form.ticked("reportable"),
    }


@get("/settings/tags/{tag_id:int}")
async def tag_page(request: Request, member: Membership, tag_id: int) -> Response:
    return await _tags(request, member, Form(), chosen=await finding.tag_of(member, tag_id))


@post("/settings/tags/{tag_id:int}")
async def save_tag(request: Request, member: Membership, tag_id: int) -> Response:
    """The Opt Out tag keeps its name: people rely on what it does."""
    tag, form = await finding.tag_of(member, tag_id), Form(await request.form())
    values = _tag_values(form)
    if tag.system and values["name"] != tag.name:
        form.wrong("name", words.gettext("This tag keeps its name."))
    if form and await label_changes.tag_name_taken(member.campaign_id, values["name"], but=tag):
        form.wrong("name", _tag_taken())
    if not form:
        return await _tags(request, member, form, status=422, chosen=tag)
    await label_changes.change_tag(tag, values, member)
    return _to(request, member, "tags")


@post("/settings/tags/{tag_id:int}/archive")
async def archive_tag(request: Request, member: Membership, tag_id: int) -> Response:
    await label_changes.archive_tag(await finding.tag_of(member, tag_id), member)
    return _to(request, member, "tags")


@post("/settings/tags/{tag_id:int}/archive/end")
async def restore_tag(request: Request, member: Membership, tag_id: int) -> Response:
    tag, form = await finding.tag_of(member, tag_id), Form()
    if await label_changes.tag_name_taken(member.campaign_id, tag.name, but=tag):
        form.wrong("name", words.gettext("There is already a tag with this name. Rename that one first."))
        return await _tags(request, member, form, status=422)
    await label_changes.restore_tag(tag, member)
    return _to(request, member, "tags")


@get("/settings/fields")
async def fields_page(request: Request, member: Membership) -> Response:
    return await _fields(request, member, Form())


async def _fields(
    request: Request, member: Membership, form: Form, status: int = 200, chosen: CustomField | None = None
) -> Response:
    everything = await CustomField.filter(campaign_id=member.campaign_id)
    return page(
        request,
        "admin/contacts/fields.html",
        status_code=status,
        form=form,
        chosen=chosen,
        fields=[f for f in everything if not f.archived_at],
        archived=[f for f in everything if f.archived_at],
        history=await history.of(member, "field", chosen.id if chosen else 0),
    )


@post("/settings/fields")
async def add_field(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    type_ = form.choice("type", words.gettext("Type"), (TEXT, SELECTION))
    values = _field_values(form, type_)
    slug = _new_slug(form, values["title"])
    if form and not await label_changes.create_field(slug, type_, values, member):
        form.wrong("slug", words.gettext("There is already a field with this slug."))
    if not form:
        return await _fields(request, member, form, status=422)
    return _to(request, member, "fields")


def _new_slug(form: Form, title: str) -> str:
    """As typed, else made from the title."""
    slug = label_changes.field_slug(form.text("slug", words.gettext("Slug"), 64) or title)
    if form and label_changes.reserved(slug):
        form.wrong("slug", words.gettext("This slug is already used for something else. Choose another."))
    return slug


def _field_values(form: Form, type_: str) -> dict[str, Any]:
    values = {
        "title": form.text("title", words.gettext("Title"), 80, required=True),
        "options": form.long_text("options", words.gettext("Options"), 4_000),
        "default_value": form.text("default_value", words.gettext("Default value"), 500),
        **_place(form),
    }
    if script_lint.in_sent(values["default_value"]):
        why = words.gettext("Scripts send these words, so no link shortener and no variable may be here.")
        form.wrong("default_value", why)
    if type_ == SELECTION and not values["options"]:
        form.wrong("options", words.gettext("A selection needs options, one per line."))
    return values


@get("/settings/fields/{field_id:int}")
async def field_page(request: Request, member: Membership, field_id: int) -> Response:
    return await _fields(request, member, Form(), chosen=await finding.field_of(member, field_id))


@post("/settings/fields/{field_id:int}")
async def save_field(request: Request, member: Membership, field_id: int) -> Response:
    field, form = await finding.field_of(member, field_id), Form(await request.form())
    values = _field_values(form, field.type)
    if not form:
        return await _fields(request, member, form, status=422, chosen=field)
    await gaps.change_field(field, values, member)
    return _to(request, member, "fields")


@post("/settings/fields/{field_id:int}/archive")
async def archive_field(request: Request, member: Membership, field_id: int) -> Response:
    await label_changes.archive_field(await finding.field_of(member, field_id), member)
    return _to(request, member, "fields")


@post("/settings/fields/{field_id:int}/archive/end")
async def restore_field(request: Request, member: Membership, field_id: int) -> Response:
    await label_changes.restore_field(await finding.field_of(member, field_id), member)
    return _to(request, member, "fields")


def _to(request: Request, member: Membership, room: str) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/settings/{room}")


HANDLERS = [
    tags_page,
    add_tag,
    tag_page,
    save_tag,
    archive_tag,
    restore_tag,
    fields_page,
    add_field,
    field_page,
    save_field,
    archive_field,
    restore_field,
]
