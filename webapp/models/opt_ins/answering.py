"""People's texts to an opt-in form: a YES confirms, a keyword opens its conversation (SPEC B2). STOP and HELP come first (X6)."""

from __future__ import annotations

from datetime import timedelta

from webapp import clock
from webapp.models.actions import audience
from webapp.models.actions.script import RESPONSE
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import FieldValue
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import OUT, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import OPEN, OptInForm
from webapp.models.opt_in_forms.sign_up import FOLLOW_UP, FROM_KEYWORD, SignUp
from webapp.models.opt_ins import signing_up, talk
from webapp.models.opt_ins.signing_up import PATIENCE, Filled
from webapp.rules.opt_ins import words

TALK_OVER = timedelta(days=14)


async def opened(body: str, contact: Contact, number: PhoneNumber, newest: Conversation | None) -> Conversation | None:
    """The conversation of the form whose keyword this text is, or for which this YES after a keyword is. None where
    there is none, or where the text answers a volunteer. ``newest``: the conversation of our newest text. The contact
    is locked. The text proves that the phone is theirs, but a YES is still asked for. A phone that opted out stays
    so."""
    word = words.keyword(body)
    form = await _form_of(word, number) if word else None
    if form is None and not words.confirms(body):
        return None
    if newest and await _of_a_volunteer(newest):
        return None
    if form is None:
        return await _of_failed_ask(contact)
    conversation = await talk.of(form, contact)
    said = f"Texted “{body.strip()[:40]}” to {number.e164}."
    filled = Filled(contact.phone, said, "en", "", came_by=FROM_KEYWORD)
    await signing_up.sign_up(form, filled)
    if contact.number_id is None and number.can_send and not contact.opted_out_at:
        contact.number_id = number.id
        await contact.save(update_fields=["number_id"])
    return conversation


async def _of_a_volunteer(newest: Conversation) -> bool:
    """Is this a conversation with a volunteer that is not over? When neither side has written for TALK_OVER, a keyword
    counts as a keyword again."""
    if await OptInForm.exists(action_id=newest.action_id):
        return False
    return await Message.exists(conversation=newest, created_at__gt=clock.now() - TALK_OVER)


async def _of_failed_ask(contact: Contact) -> Conversation | None:
    """The form's conversation in which they wrote last, by its keyword, if the text that asks for the YES failed. No
    second one is sent, so this is their only way to join (X2)."""
    found = Conversation.filter(id=contact.last_inbound_conversation_id or 0).select_for_update()
    conversation = await found.first()
    row = await SignUp.get_or_none(form__action_id=conversation.action_id, contact=contact) if conversation else None
    if row is None or row.confirmed_at or not row.asked_id:
        return None
    return conversation if (await Message.get(id=row.asked_id)).failed else None


async def _form_of(word: str, number: PhoneNumber) -> OptInForm | None:
    found = OptInForm.filter(campaign_id=number.campaign_id, keyword=word, state=OPEN).select_related("campaign")
    form = await found.first()
    ids = await form.number_ids() if form else []
    return form if not ids or number.id in ids else None


async def hears(body: str, contact: Contact, conversation: Conversation | None) -> bool:
    """Does a form itself answer this text, so that nobody has to? It does for a keyword, and for the YES that a sign-up
    waits for, which confirms it. The same YES again confirms a sign-up at another form. Once the staff have written
    there, a YES is for them. The contact and the conversation are locked."""
    if conversation is None or contact.opted_out_at:
        return False
    form = await OptInForm.get_or_none(action_id=conversation.action_id)
    if form is None:
        return False
    row = await SignUp.filter(form=form, contact=contact).select_for_update().first()
    if row and row.asked_id and words.confirms(body):
        if row.confirmed_at and await _staff_wrote(conversation, row.asked_id):
            return False
        waits = await _other_waiting(row, contact) if row.confirmed_at else row
        if waits:
            await _confirm(waits, await OptInForm.get(id=waits.form_id), contact)
        return True
    return bool(form.keyword) and words.keyword(body) == form.keyword


async def _other_waiting(row: SignUp, contact: Contact) -> SignUp | None:
    """The newest sign-up at another form whose question came by the same number and has no YES yet."""
    asked = await Message.get(id=row.asked_id)
    others = SignUp.filter(contact=contact, confirmed_at=None, asked_id__not_isnull=True).exclude(id=row.id)
    for other in await others.order_by("-asked_id").select_for_update():
        if await Message.exists(id=other.asked_id, number_id=asked.number_id, status=TAKEN):
            return other
    return None


async def _staff_wrote(conversation: Conversation, after_id: int) -> bool:
    """Did a text of somebody's click leave here after that one?"""
    left = Message.filter(conversation=conversation, direction=OUT, status__in=(SENDING, UNKNOWN, TAKEN))
    return await left.filter(id__gt=after_id, user_id__not_isnull=True).exists()


async def _confirm(row: SignUp, form: OptInForm, contact: Contact) -> None:
    """The phone's owner agrees: puts them on the list, and fills blank fields with what they typed."""
    row.confirmed_at = clock.now()
    if await form.script(RESPONSE, row.language):
        row.wants, row.try_at, row.wants_until = FOLLOW_UP, clock.now(), clock.now() + PATIENCE
    await row.save(update_fields=["confirmed_at", "wants", "try_at", "wants_until"])
    await _fill(row, form, contact)
    await many_at_once.add_to_list(form.contact_list_id, [contact.id])
    await ContactEvent.note(contact.id, None, "opted_in", form.title)
    await audience.sync_conversations([contact.id], new_values=True)


async def _fill(row: SignUp, form: OptInForm, contact: Contact) -> None:
    """Fills only blank fields: a name that the campaign has is better than one from a form. A new ZIP changes the hours
    of their conversations (S1)."""
    before = contact.zone_set_id
    for name in ("first_name", "last_name", "zip"):
        setattr(contact, name, getattr(contact, name) or getattr(row, name))
    await contact.derive_zones()
    await contact.save(update_fields=["first_name", "last_name", "zip", "zone_set_id", "zone_source"])
    if contact.zone_set_id != before:
        await Conversation.filter(contact_id=contact.id).update(zone_set_id=contact.zone_set_id)
    for field in await form.fields_asked():
        value = str(row.answers.get(field.slug, ""))
        if value and not await FieldValue.exists(contact_id=contact.id, field=field):
            await FieldValue.create(contact_id=contact.id, field=field, value=value, at=clock.now())
