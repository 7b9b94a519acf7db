"""Learns from error codes: opt-outs that Twilio knows, landlines, trouble that stops the campaign (SPEC X4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention, closing
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import opting_out
from webapp.models.opt_outs.opt_out import FROM_PROVIDER
from webapp.rules import errors
from webapp.rules.contacts import lines

LANDLINE_FOR = timedelta(days=180)


async def from_error(message: Message, contact: Contact, code: int) -> None:
    """Called in the transaction that stored the code. The contact is locked."""
    if errors.explain(code).kind == "safeguard" and message.conversation_id and message.action_id:
        await tallies.hit(message.action_id, message.conversation_id, code)
    if code in errors.RECORDS_OPT_OUT:
        await opting_out.opt_out(contact, FROM_PROVIDER, message=message, words=f"Twilio error {code}")
    if code in errors.MARKS_LANDLINE and not lines.surely_textable(contact.line_type):  # Lookup knows better
        contact.landline_until = clock.now() + LANDLINE_FOR
        await contact.save(update_fields=["landline_until"])
        await closing.close_conversations(contact, errors.LANDLINE)
    # A reply that failed brings the need for an answer back
    await attention.reconsider(message.conversation_id, contact)


@transactional
async def stop_campaign(campaign_id: int, code: int, tried_at: datetime | None = None) -> None:
    """Stops the campaign for a fault of the account, the number or ours: the next text would fail too (X4). Does
    nothing for a text that was tried before somebody fixed the fault and started again."""
    campaign = await Campaign.filter(id=campaign_id).select_for_update().get()
    fixed = tried_at is not None and campaign.went_on_at is not None and tried_at < campaign.went_on_at
    if not campaign.stopped_at and not fixed:
        await campaign.stop_everything(code)
        await audit.note(campaign, None, "campaign.stopped_by_twilio", {"campaign": campaign.id}, str(code))
