"""Sets and removes tags and custom fields of one contact (SPEC C4, V7)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.actions import audience
from webapp.models.contacts.contact import ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag


@transactional
async def set_tag(contact_id: int, tag: Tag, user_id: int | None, message_id: int | None = None) -> bool:
    """True where the contact did not have it. ``message_id``: the text whose script sets it. ValueError for the Opt Out tag:
    `opting_out.opt_out` sets that one, because it is more than a tag."""
    if tag.opts_out:
        raise ValueError("the Opt Out tag is set by opting out")
    if await ContactTag.exists(contact_id=contact_id, tag=tag):
        return False
    await ContactTag.create(contact_id=contact_id, tag=tag, user_id=user_id, message_id=message_id, at=clock.now())
    await ContactEvent.note(contact_id, user_id, "tag_set", tag.name)
    await audience.sync_after_tag([contact_id], tag.id)
    return True


@transactional
async def take_tag(contact_id: int, tag: Tag, user_id: int | None) -> None:
    """Removes it. The Opt Out tag stays: an opt-out is for good."""
    if tag.opts_out:
        return
    if await ContactTag.filter(contact_id=contact_id, tag=tag).delete():
        await ContactEvent.note(contact_id, user_id, "tag_taken", tag.name)
        await audience.sync_after_tag([contact_id], tag.id)


@transactional
async def set_field(
    contact_id: int, field: CustomField, value: str, user_id: int | None, message_id: int | None = None
) -> str | None:
    """Sets it, or removes it where ``value`` is blank. Returns the value before, None where there was none."""
    row = await FieldValue.get_or_none(contact_id=contact_id, field=field)
    before = row.value if row else None
    if value == (before or ""):
        return before
    if row is None:
        row = FieldValue(contact_id=contact_id, field=field)
    row.value, row.user_id, row.message_id, row.at = value, user_id, message_id, clock.now()
    await (row.save() if value else row.delete())
    await ContactEvent.note(contact_id, user_id, "field_set", f"{field.title}: {value or '-'}")
    await audience.sync_after_field([contact_id], field.id)
    return before
