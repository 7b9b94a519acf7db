"""The conversation of somebody who signed up, in the form's own action (SPEC B2)."""

from __future__ import annotations

from datetime import datetime

from webapp import clock
from webapp.models import tallies
from webapp.models.actions.script import INITIAL
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import FOLLOW_UP, OUT, Message
from webapp.models.opt_in_forms.form import OptInForm


async def of(form: OptInForm, contact: Contact) -> Conversation:
    """Locked; made where there is none. The contact is locked, so two can't make it at once. The staff hold it: no volunteer
    has anything to do there before the person writes."""
    found = Conversation.filter(action_id=form.action_id, contact_id=contact.id).select_for_update()
    return await found.first() or await _make(form, contact)


async def _make(form: OptInForm, contact: Contact) -> Conversation:
    script = await form.script(INITIAL)
    made = await Conversation.create(
        campaign_id=form.campaign_id,
        action_id=form.action_id,
        contact_id=contact.id,
        zone_set_id=contact.zone_set_id,
        script_id=script.id if script else None,
        with_staff=True,
        texted_at=await _lost_at(form, contact),
        created_at=clock.now(),
    )
    tallies.count_new(made)
    return made


async def _lost_at(form: OptInForm, contact: Contact) -> datetime | None:
    """The time of a text to them that Twilio has but a restored backup lacks. Nobody knows which form or action it was
    for, so it counts as the first text of every one made before it (conversations/making.py, X2)."""
    lost = Message.filter(contact=contact, direction=OUT, kind=FOLLOW_UP, conversation_id=None)
    newest = await lost.filter(created_at__gte=form.created_at).order_by("-created_at").first()
    return newest.created_at if newest else None
