"""What staff change on one contact, and the data that goes when the person asks for it (SPEC C6, C7)."""

from __future__ import annotations

from webapp.database import transactional
from webapp.models.accounts.users import User
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import labelling
from webapp.models.reports.report import Report
from webapp.rules.contacts import contact_columns


@transactional
async def edit(contact_id: int, values: dict[str, str], answers: dict[CustomField, str], by: User) -> None:
    """``values``: of contact_columns.PERSONAL; a blank one blanks. The clock is derived anew, and the conversations follow it (S1)."""
    contact = await Contact.locked(contact_id)
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    await _change(contact, changed)
    if changed:
        said = ", ".join(f"{name.replace('_', ' ')} {value or '-'}" for name, value in changed.items())
        await ContactEvent.note(contact.id, by.id, "edited", said)
    for field, value in answers.items():
        await labelling.set_field(contact.id, field, value, by.id)


async def _change(contact: Contact, changed: dict[str, str]) -> None:
    before = contact.zone_set_id
    contact.update_from_dict(changed)
    await contact.derive_zones()
    await contact.save(update_fields=[*changed, "zone_set_id", "zone_source"])
    if contact.zone_set_id != before:
        await Conversation.filter(contact_id=contact.id).update(zone_set_id=contact.zone_set_id)


@transactional
async def tag(contact_id: int, tags: list[Tag], wanted: list[Tag], by: User) -> None:
    """Of ``tags`` the contact has those ``wanted`` from now on, and the others not; an opt-out stands."""
    contact = await Contact.locked(contact_id)
    for one in tags:
        if one.opts_out:
            if one in wanted and not contact.opted_out_at:
                await opting_out.opt_out(contact, FROM_ADMIN, by)
        elif one in wanted:
            await labelling.set_tag(contact.id, one, by.id)
        else:
            await labelling.take_tag(contact.id, one, by.id)


@transactional
async def erase(contact_id: int, by: User) -> None:
    """Blanks the person and opts the phone out, so that no later list brings them back. What was texted stays: it is
    the record of what the campaign sent and of what was answered."""
    contact = await Contact.locked(contact_id)
    await opting_out.opt_out(contact, FROM_ADMIN, by)
    contact.keeper_id = None
    await _change(contact, dict.fromkeys(contact_columns.PERSONAL, ""))
    await contact.save(update_fields=["keeper_id"])
    await FieldValue.filter(contact_id=contact_id).delete()
    await ContactTag.filter(contact_id=contact_id).exclude(tag__system=True).delete()
    await ContactEvent.filter(contact_id=contact_id).delete()  # they say what the data was
    await Report.filter(contact_id=contact_id).update(values_={})
    await ContactEvent.note(contact_id, by.id, "erased")
    await audience.follow([contact_id])
