"""What an error code teaches: opt-outs Twilio knows, landlines, trouble that must stop sending (SPEC X4)."""

from __future__ import annotations

from datetime import timedelta

from webapp import clock
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention, closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.opt_out import FROM_PROVIDER
from webapp.rules import errors
from webapp.rules.contacts import lines

LANDLINE_FOR = timedelta(days=180)


async def from_error(message: Message, contact: Contact, code: int) -> None:
    """Inside the transaction that stored the code; the contact is locked."""
    campaign = await Campaign.get(id=message.campaign_id)
    if code in errors.RECORDS_OPT_OUT:
        await opting_out.opt_out(campaign, message.phone, FROM_PROVIDER, message=message, words=f"Twilio error {code}")
        contact.opted_out_at = contact.opted_out_at or clock.now()
    if code in errors.MARKS_LANDLINE and not lines.surely_textable(contact.line_type):  # Lookup knows better
        contact.landline_until = clock.now() + LANDLINE_FOR
        await contact.save(update_fields=["landline_until"])
        await closing.close_conversations(contact, errors.LANDLINE)
    if code in errors.STOPS_SENDING and not campaign.stopped_at:
        await campaign.stop_everything(code)
    await _attention(message, contact)


async def _attention(message: Message, contact: Contact) -> None:
    """A reply of ours that failed brings the need for an answer back."""
    conversation = await Conversation.filter(id=message.conversation_id or 0).select_for_update().first()
    if conversation is None:
        return
    tallies.take(conversation)
    await attention.refresh(conversation, contact)
    tallies.put(conversation)
    await conversation.save(update_fields=["needs_attention"])
