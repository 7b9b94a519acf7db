"""Signing up: what was agreed to is kept, and a text that asks for a YES is wanted (SPEC B2).

Anybody may type anybody's phone. So until a YES comes from that phone nothing that is known of a contact changes, nobody is on
the form's list, and the answer is the same for every phone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import ZoneSet
from webapp.models.opt_in_forms import sign_up as sign_ups
from webapp.models.opt_in_forms.form import OPEN, OptInForm
from webapp.models.opt_in_forms.sign_up import FROM_FORM, INITIAL, Consent, SignUp
from webapp.rules.contacts import contact_zones

PATIENCE = timedelta(hours=24)  # a text wanted so long ago is not sent any more: it would come out of the blue


@dataclass(frozen=True)
class Filled:
    """The form as it was filled in. ``words``: the consent, as it was shown. ``address``: where it came from. ``referrer``: the
    token of the link it was opened by."""

    phone: str
    words: str
    language: str
    address: str
    client_id: uuid.UUID | None = None
    first_name: str = ""
    last_name: str = ""
    zip: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    referrer: str = ""
    came_by: str = FROM_FORM


@transactional
async def sign_up(form: OptInForm, filled: Filled) -> SignUp | None:
    """None where the form is closed, or this very press came before. The contact's row is the lock: two presses at once make
    one sign-up."""
    if not await OptInForm.exists(id=form.id, state=OPEN):
        return None
    contact = await _contact(form, filled)
    found = await SignUp.filter(form=form, contact=contact).select_for_update().first()
    row = found or await _make(form, contact, filled)
    if not await _note_consent(row, form, filled):
        return None
    if found:
        await _take_newer(row, form, filled)
    await ask(row, contact)
    return row


async def ask(row: SignUp, contact: Contact) -> None:
    """Wants the text that asks for a YES, unless it left before or the phone has opted out. Nobody gets it twice."""
    if row.confirmed_at or row.asked_id or contact.opted_out_at:
        return
    row.wants, row.try_at, row.wants_until, row.why_not = INITIAL, clock.now(), clock.now() + PATIENCE, None
    await row.save(update_fields=["wants", "try_at", "wants_until", "why_not"])


async def _contact(form: OptInForm, filled: Filled) -> Contact:
    """For a new phone, a contact without a name: a stranger may have typed the name, and our texts would say it. A
    known contact is not changed before a YES."""
    known = await Contact.exists(campaign_id=form.campaign_id, phone=filled.phone)
    contact = await Contact.of_phone(form.campaign, filled.phone)
    if not known and filled.came_by == FROM_FORM:
        await _be_careful(contact, form, filled.zip)
        await contact.save(update_fields=["zone_set_id", "zone_source"])
    return contact


async def _be_careful(contact: Contact, form: OptInForm, zip_code: str) -> None:
    """Before a YES a stranger may have typed the ZIP, so it is not stored as the contact's. Its hours count as well as
    those of the phone's area code, or of the campaign where the area code tells nothing (S1)."""
    typed = contact_zones.derive("", zip_code, "", contact.phone)
    dialled = contact_zones.derive("", "", "", contact.phone)
    names = {*typed.names, *(dialled.names or (form.campaign.timezone,))}
    contact.zone_set_id = await ZoneSet.id_of(tuple(sorted(names)))
    contact.zone_source = typed.source


async def _make(form: OptInForm, contact: Contact, filled: Filled) -> SignUp:
    return await SignUp.create(
        form=form,
        contact=contact,
        token=sign_ups.new_token(),
        referrer_id=await _referrer(form, contact.id, filled.referrer),
        came_by=filled.came_by,
        first_name=filled.first_name[:40],
        last_name=filled.last_name[:40],
        zip=filled.zip[:10],
        answers=filled.answers,
        language=filled.language,
        created_at=clock.now(),
    )


async def _take_newer(row: SignUp, form: OptInForm, filled: Filled) -> None:
    """Until the YES nobody knows who filled in the form first, so the newest values count. A keyword brings no
    values."""
    if row.confirmed_at or filled.came_by != FROM_FORM:
        return
    row.first_name, row.last_name, row.zip = filled.first_name[:40], filled.last_name[:40], filled.zip[:10]
    row.answers, row.language = filled.answers, filled.language
    if row.referrer_id is None:
        found = await _referrer(form, row.contact_id, filled.referrer)
        row.referrer_id = found if found and found < row.id else None  # from earlier to later: the tree has no circle
    await row.save(update_fields=["first_name", "last_name", "zip", "answers", "language", "referrer_id"])


async def _referrer(form: OptInForm, contact_id: int, token: str) -> int | None:
    """The sign-up of this referral link; None for a link of their own or of another form."""
    found = await sign_ups.of_token(token)
    return found.id if found and found.form_id == form.id and found.contact_id != contact_id else None


async def _note_consent(row: SignUp, form: OptInForm, filled: Filled) -> bool:
    """False where the same press has stored it before. The same form sent again with another phone is another
    consent."""
    if await _store_consent(row, form, filled, filled.client_id):
        return True
    if await Consent.exists(client_id=filled.client_id, sign_up=row):
        return False
    return await _store_consent(row, form, filled, None)


async def _store_consent(row: SignUp, form: OptInForm, filled: Filled, client_id: uuid.UUID | None) -> bool:
    stored = await database.query(
        "INSERT INTO opt_in_consent (sign_up_id, phone, words, form_version, language, came_by, address, client_id, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        row.id,
        filled.phone,
        filled.words,
        form.version,
        filled.language,
        filled.came_by,
        filled.address[:45],
        packed.uuid(client_id) if client_id else None,
        sql_time(clock.now()),
    )
    return bool(stored)
