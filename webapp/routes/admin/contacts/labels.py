"""Tags and custom fields: made, ordered, changed, archived; a slug never changes (SPEC C4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get, post
from tortoise.exceptions import IntegrityError

from webapp import access, clock, pages, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import SELECTION, TEXT, CustomField, Tag
from webapp.pages import page
from webapp.rules import names, variables
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
    )


@post("/settings/tags")
async def add_tag(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    values = _tag_values(form)
    slug = contact_columns.slug(values["name"])
    if form and not slug:
        form.wrong("name", words.gettext("A name needs letters or digits."))
    if form and (await Tag.exists(campaign_id=member.campaign_id, slug=slug) or await _taken(member, values["name"])):
        form.wrong("name", words.gettext("There is a tag of this name already."))

    async def make() -> None:
        await Tag.create(campaign=member.campaign, slug=slug, **values)
        await audit.note(member.campaign, member.user, "tag.created", values["name"])

    if not await _stored(form, make, "name", words.gettext("There is a tag of this name already.")):
        return await _tags(request, member, form, status=422)
    return _to(request, member, "tags")


def _tag_values(form: Form) -> dict[str, Any]:
    return {"name": form.text("name", words.gettext("Name"), 80, required=True), **_place(form)}


def _place(form: Form) -> dict[str, Any]:
    return {
        "display_order": form.integer("display_order", words.gettext("Display order"), 0, 1_000),
        "reportable": form.ticked("reportable"),
    }


async def _stored(form: Form, make: Callable[[], Awaitable[None]], name: str, taken: str) -> bool:
    """Both the row and its audit row, or an error beside the field. ``taken``: the same form came twice at once."""
    if not form:
        return False
    try:
        await transaction(make)
    except IntegrityError:
        form.wrong(name, taken)
    return bool(form)


@get("/settings/tags/{tag_id:int}")
async def tag_page(request: Request, member: Membership, tag_id: int) -> Response:
    return await _tags(request, member, Form(), chosen=await access.tag_of(member, tag_id))


@post("/settings/tags/{tag_id:int}")
async def save_tag(request: Request, member: Membership, tag_id: int) -> Response:
    """The Opt Out tag keeps its name: people rely on what it does."""
    tag, form = await access.tag_of(member, tag_id), Form(await request.form())
    values = _tag_values(form)
    if tag.system and values["name"] != tag.name:
        form.wrong("name", words.gettext("This tag keeps its name."))
    if form and await _taken(member, values["name"], tag):
        form.wrong("name", words.gettext("There is a tag of this name already."))
    if not form:
        return await _tags(request, member, form, status=422, chosen=tag)
    await audit.noted(member, lambda: tag.update_from_dict(values).save(), "tag.changed", values["name"])
    return _to(request, member, "tags")


async def _taken(member: Membership, name: str, but: Tag | None = None) -> bool:
    """Is another tag in use that a file or a person would take for this one?"""
    others = await Tag.filter(campaign_id=member.campaign_id, archived_at=None).exclude(id=but.id if but else 0)
    return names.key(name) in {"", *(names.key(other.name) for other in others)}


@post("/settings/tags/{tag_id:int}/archive")
async def archive_tag(request: Request, member: Membership, tag_id: int) -> Response:
    """Nobody sets it any more; who has it keeps it."""
    tag = await access.tag_of(member, tag_id)
    if not tag.system:
        await _archive(member, tag, "tag.archived", tag.name)
    return _to(request, member, "tags")


@post("/settings/tags/{tag_id:int}/archive/end")
async def restore_tag(request: Request, member: Membership, tag_id: int) -> Response:
    tag, form = await access.tag_of(member, tag_id), Form()
    if await _taken(member, tag.name, tag):
        form.wrong("name", words.gettext("A tag of this name is in use. Rename that one first."))
        return await _tags(request, member, form, status=422)
    await _restore(member, tag, "tag.restored", tag.name)
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
    )


@post("/settings/fields")
async def add_field(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    type_ = form.choice("type", words.gettext("Type"), (TEXT, SELECTION))
    values = _field_values(form, type_)
    typed = form.text("slug", words.gettext("Slug"), 64)
    slug = contact_columns.slug(typed or values["title"]).removeprefix("custom_field_")
    taken = words.gettext("There is a field of this slug already.")
    if form and (not slug or slug in variables.BUILT_IN or slug in contact_columns.FIELDS):
        form.wrong("slug", words.gettext("This slug means something else already. Choose another."))
    if form and await CustomField.exists(campaign_id=member.campaign_id, slug=slug):
        form.wrong("slug", taken)

    async def make() -> None:
        await CustomField.create(campaign=member.campaign, slug=slug, type=type_, **values)
        await audit.note(member.campaign, member.user, "field.created", values["title"])

    if not await _stored(form, make, "slug", taken):
        return await _fields(request, member, form, status=422)
    return _to(request, member, "fields")


def _field_values(form: Form, type_: str) -> dict[str, Any]:
    values = {
        "title": form.text("title", words.gettext("Title"), 80, required=True),
        "options": form.long_text("options", words.gettext("Options"), 4_000),
        "default_value": form.text("default_value", words.gettext("Default value"), 500),
        **_place(form),
    }
    if type_ == SELECTION and not values["options"]:
        form.wrong("options", words.gettext("A selection needs options, one a line."))
    return values


@get("/settings/fields/{field_id:int}")
async def field_page(request: Request, member: Membership, field_id: int) -> Response:
    return await _fields(request, member, Form(), chosen=await access.field_of(member, field_id))


@post("/settings/fields/{field_id:int}")
async def save_field(request: Request, member: Membership, field_id: int) -> Response:
    """All but slug and type, which headers, scripts and stored values rely on."""
    field, form = await access.field_of(member, field_id), Form(await request.form())
    values = _field_values(form, field.type)
    if not form:
        return await _fields(request, member, form, status=422, chosen=field)
    await audit.noted(member, lambda: field.update_from_dict(values).save(), "field.changed", values["title"])
    return _to(request, member, "fields")


@post("/settings/fields/{field_id:int}/archive")
async def archive_field(request: Request, member: Membership, field_id: int) -> Response:
    """Nobody fills it any more; what is filled stays, and scripts that name it still work."""
    field = await access.field_of(member, field_id)
    await _archive(member, field, "field.archived", field.title)
    return _to(request, member, "fields")


@post("/settings/fields/{field_id:int}/archive/end")
async def restore_field(request: Request, member: Membership, field_id: int) -> Response:
    field = await access.field_of(member, field_id)
    await _restore(member, field, "field.restored", field.title)
    return _to(request, member, "fields")


async def _archive(member: Membership, row: Tag | CustomField, what: str, name: str) -> None:
    row.archived_at = row.archived_at or clock.now()
    await audit.noted(member, lambda: row.save(update_fields=["archived_at"]), what, name)


async def _restore(member: Membership, row: Tag | CustomField, what: str, name: str) -> None:
    row.archived_at = None
    await audit.noted(member, lambda: row.save(update_fields=["archived_at"]), what, name)


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
