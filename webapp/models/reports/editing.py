"""Changes staff make to one contact, noted in the audit log; among them the erasure a person asks for (SPEC C6, C7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership, User
from webapp.models.actions import audience
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_outs import blocking, opting_out
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import labelling
from webapp.models.reports.report import Report
from webapp.models.van import kept
from webapp.models.van.fact import VanPerson
from webapp.models.van.matching import VanMatch
from webapp.rules import edited, phone
from webapp.rules.contacts import contact_columns
from webapp.rules.edited import Meanwhile

# Columns as the history names them, where that is not the column's name
_SPOKEN = {"state_abbrev": "state", "zip": "ZIP", "van_id": "VAN ID", "email": "e-mail", "timezone": "time zone"}


@transactional
async def edit(
    contact_id: int,
    values: dict[str, str],
    answers: dict[CustomField, str],
    by: Membership,
    tags: Sequence[Tag] = (),
    wanted: Sequence[Tag] = (),
    seen: str = "",
) -> Meanwhile | None:
    """``values``: columns of contact_columns.PERSONAL; a blank one is stored blank. The zones are derived again, for
    the contact and their conversations (S1). Of ``tags`` the ``wanted`` ones are set, and the others removed. The Opt
    Out tag opts out, and is never removed. ``seen``: the mark of the form (rules/edited.py). Nothing is stored where
    somebody else changed a value that this would change back."""
    contact = await Contact.locked(contact_id)
    new_words = values | {f"field_{field.slug}": value for field, value in answers.items()}
    if tags:
        new_words["tags"] = _names(wanted)
    if found := edited.meanwhile(seen, await words_of(contact), new_words):
        return await _with_saver(found, contact)
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    await _change(contact, changed)
    if changed:
        new = ", ".join(f"{_spoken(name)} {value or '-'}" for name, value in changed.items())
        await ContactEvent.note(contact.id, by.user_id, "edited", new)
        await audience.sync_conversations([contact.id], new_values=True)  # a text may be filled now, or not any more
    for field, value in answers.items():
        await labelling.set_field(contact.id, field, value, by.user_id)
    await labelling.set_tags(contact, list(tags), {one.id for one in wanted}, FROM_ADMIN, by.user)
    await _note(contact, by, "contact.edited")
    return None


async def _with_saver(found: Meanwhile, contact: Contact) -> Meanwhile:
    """Adds who saved the contact last, from the contact's events: the audit log has only masked phones, and two may
    look the same."""
    newest = await ContactEvent.filter(contact_id=contact.id, user_id__gt=0).order_by("-id").first()
    user = await User.get_or_none(id=newest.user_id) if newest else None
    return replace(found, by=user.name, at=newest.at) if newest and user else found


async def words_of(contact: Contact) -> dict[str, str]:
    """The stored values of the contact's form, as `edited` compares them."""
    own = {name: str(getattr(contact, name)) for name in contact_columns.PERSONAL}
    slugs = await CustomField.filter(campaign_id=contact.campaign_id).values_list("slug", flat=True)
    given = await labels.field_values(contact.id)
    tags = (await labels.tags_of([contact.id]))[contact.id]
    return own | {f"field_{slug}": given.get(str(slug), "") for slug in slugs} | {"tags": _names(tags)}


def _names(tags: Sequence[Tag]) -> str:
    return ", ".join(sorted(tag.name for tag in tags if not tag.archived_at and not tag.opts_out))


def _spoken(name: str) -> str:
    return _SPOKEN.get(name, name.replace("_", " "))


async def _note(contact: Contact, by: Membership, what: str) -> None:
    await audit.record(by, what, {"contact": contact.id}, phone.masked(contact.phone))


async def _change(contact: Contact, changed: dict[str, str]) -> None:
    before = contact.zone_set_id
    contact.update_from_dict(changed)
    await contact.derive_zones()
    if "van_id" in changed:
        contact.van = None  # one that is typed is of the VAN of their state
    await contact.save(update_fields=[*changed, "van", "zone_set_id", "zone_source"])
    if contact.zone_set_id != before:
        await Conversation.filter(contact_id=contact.id).update(zone_set_id=contact.zone_set_id)


@transactional
async def opt_out(contact_id: int, by: Membership) -> None:
    """Opts the contact out, for good."""
    contact = await Contact.locked(contact_id)
    await opting_out.opt_out(contact, FROM_ADMIN, by.user)
    await _note(contact, by, "opt_out.added")


@transactional
async def unblock(contact_id: int, by: Membership, shown: str) -> bool:
    """As `blocking.unblock`, noted in the audit log."""
    if not await blocking.unblock(contact_id, by.user, shown):
        return False
    await _note(await Contact.get(id=contact_id), by, "contact.unblocked")
    return True


@transactional
async def erase(contact_id: int, by: Membership) -> None:
    """Blanks the personal data and opts the phone out, so that no later list brings the person back. Texts stay: they are
    the record of what the campaign sent and what was answered. So do consents, which prove that it might."""
    contact = await Contact.locked(contact_id)
    await opting_out.opt_out(contact, FROM_ADMIN, by.user)
    contact.keeper_id = None
    await _change(contact, dict.fromkeys(contact_columns.PERSONAL, ""))
    await contact.save(update_fields=["keeper_id"])
    await FieldValue.filter(contact_id=contact_id).delete()
    await ContactTag.filter(contact_id=contact_id).exclude(tag__system=True).delete()
    await ContactEvent.filter(contact_id=contact_id).delete()  # they hold the old data
    await Report.filter(contact_id=contact_id).update(values_={})
    await VanPerson.filter(contact_id=contact_id).delete()
    await kept.forget(contact_id)
    await VanMatch.filter(contact_id=contact_id).delete()
    await SignUp.filter(contact_id=contact_id).update(first_name="", last_name="", zip="", answers={})
    await ContactEvent.note(contact_id, by.user_id, "erased")
    await audience.sync_conversations([contact_id], new_values=True)
    await _note(contact, by, "contact.erased")
