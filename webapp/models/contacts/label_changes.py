"""Creates, changes, archives and restores tags and custom fields, and notes it in the audit log (SPEC C4)."""

from __future__ import annotations

from typing import Any

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField, Tag
from webapp.rules import names, variables
from webapp.rules.contacts import contact_columns


async def tag_name_taken(campaign_id: int, name: str, but: Tag | None = None) -> bool:
    """Does another tag in use have a name that a file or a person could mistake for this one?"""
    others = await Tag.filter(campaign_id=campaign_id, archived_at=None).exclude(id=but.id if but else 0)
    return names.key(name) in {"", *(names.key(other.name) for other in others)}


async def create_tag(values: dict[str, Any], by: Membership) -> Tag | None:
    """``values``: name, display_order, reportable. The slug comes from the name and never changes. None where another tag
    has it, an archived one included. Not inside another transaction."""
    try:
        return await _create_tag(values, by)
    except IntegrityError:
        return None


@transactional
async def _create_tag(values: dict[str, Any], by: Membership) -> Tag:
    tag = await Tag.create(campaign=by.campaign, slug=contact_columns.slug(values["name"]), **values)
    await audit.record(by, "tag.created", {"tag": tag.id}, tag.name)
    return tag


@transactional
async def change_tag(tag: Tag, values: dict[str, Any], by: Membership) -> None:
    """``values`` as for `create_tag`. The Opt Out tag keeps its name: people rely on what it does."""
    name = tag.name if tag.system else values["name"]
    await Tag.filter(id=tag.id).update(**values | {"name": name})
    await audit.record(by, "tag.changed", {"tag": tag.id}, name)


@transactional
async def archive_tag(tag: Tag, by: Membership) -> None:
    """Nobody sets it any more; contacts who have it keep it. The Opt Out tag is never archived."""
    if not tag.system:
        await _archive(tag)
        await audit.record(by, "tag.archived", {"tag": tag.id}, tag.name)


@transactional
async def restore_tag(tag: Tag, by: Membership) -> None:
    await _restore(tag)
    await audit.record(by, "tag.restored", {"tag": tag.id}, tag.name)


def field_slug(text: str) -> str:
    """The slug a person typed, or the one of a title."""
    return contact_columns.slug(text).removeprefix("custom_field_")


def reserved(slug: str) -> bool:
    """True where it can't be a field's slug: blank, or the name of a variable or of a column of every contact."""
    return not slug or slug in variables.BUILT_IN or slug in variables.OPT_IN or slug in contact_columns.FIELDS


async def create_field(slug: str, type: str, values: dict[str, Any], by: Membership) -> CustomField | None:
    """``values``: title, options, default_value, display_order, reportable. None where another field has the slug, an
    archived one included. Not inside another transaction."""
    try:
        return await _create_field(slug, type, values, by)
    except IntegrityError:
        return None


@transactional
async def _create_field(slug: str, type: str, values: dict[str, Any], by: Membership) -> CustomField:
    field = await CustomField.create(campaign=by.campaign, slug=slug, type=type, **values)
    await audit.record(by, "field.created", {"field": field.id}, field.title)
    return field


@transactional
async def change_field(field: CustomField, values: dict[str, Any], by: Membership) -> None:
    """``values`` as for `create_field`. Slug and type stay: headers, scripts and stored values rely on them."""
    await CustomField.filter(id=field.id).update(**values)
    await audit.record(by, "field.changed", {"field": field.id}, values["title"])


@transactional
async def archive_field(field: CustomField, by: Membership) -> None:
    """Nobody fills it any more; stored values stay, and scripts that name it still work."""
    await _archive(field)
    await audit.record(by, "field.archived", {"field": field.id}, field.title)


@transactional
async def restore_field(field: CustomField, by: Membership) -> None:
    await _restore(field)
    await audit.record(by, "field.restored", {"field": field.id}, field.title)


async def _archive(label: Tag | CustomField) -> None:
    """One that is archived already keeps its time."""
    label.archived_at = label.archived_at or clock.now()
    await label.save(update_fields=["archived_at"])


async def _restore(label: Tag | CustomField) -> None:
    label.archived_at = None
    await label.save(update_fields=["archived_at"])
