"""Sets and removes tags and custom fields of one contact (SPEC C4, V7)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.users import User
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import opting_out


@transactional
async def set_tag(contact: Contact, tag: Tag, source: str, by: User | None, message: Message | None = None) -> bool:
    """Sets it on a locked contact; True where it was not there. The Opt Out tag is more than a tag: it opts the contact out
    for good (X6). ``source``: of such an opt-out. ``message``: the text whose script sets the tag; after an opt-out it is
    the one that may still leave."""
    if tag.opts_out:
        return await _opt_out(contact, source, by, message)
    if await ContactTag.exists(contact_id=contact.id, tag=tag):
        return False
    user_id, message_id = by.id if by else None, message.id if message else None
    await ContactTag.create(contact_id=contact.id, tag=tag, user_id=user_id, message_id=message_id, at=clock.now())
    await ContactEvent.note(contact.id, user_id, "tag_set", tag.name)
    await audience.sync_after_tag([contact.id], tag.id)
    return True


async def _opt_out(contact: Contact, source: str, by: User | None, message: Message | None) -> bool:
    new = contact.opted_out_at is None
    if not new and message is None:  # saved again with the tag still ticked: a queued confirmation stays queued
        return False
    confirmation_id, words = (message.id, message.body) if message else (None, "")
    await opting_out.opt_out(contact, source, by, message, confirmation_id, words)
    return new and contact.opted_out_at is not None


@transactional
async def take_tag(contact: Contact, tag: Tag, by: User | None) -> None:
    """Removes it. The Opt Out tag stays: an opt-out is for good."""
    if tag.opts_out:
        return
    user_id = by.id if by else None
    if await ContactTag.filter(contact_id=contact.id, tag=tag).delete():
        await ContactEvent.note(contact.id, user_id, "tag_taken", tag.name)
        await audience.sync_after_tag([contact.id], tag.id)


async def set_tags(contact: Contact, tags: list[Tag], wanted: set[int], source: str, by: User) -> None:
    """Sets those of ``tags`` whose id is in ``wanted`` and removes the others."""
    for tag in tags:
        if tag.id in wanted:
            await set_tag(contact, tag, source, by)
        else:
            await take_tag(contact, tag, by)


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
