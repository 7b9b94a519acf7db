"""STOP, whoever says it for whom: one transaction that leaves nothing to leave (SPEC X6)."""

from __future__ import annotations

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_VOLUNTEER
from webapp.rules import errors


@transactional
async def opt_out_by_hand(conversation: Conversation, by: User) -> None:
    """A volunteer opts the person out from the thread, the report or a tag."""
    contact = await Contact.get(id=conversation.contact_id)
    campaign = await Campaign.get(id=conversation.campaign_id)
    await opt_out(campaign, contact.phone, FROM_VOLUNTEER, by)


@transactional
async def opt_out(
    campaign: Campaign,
    phone: str,
    source: str,
    by: User | None = None,
    message: Message | None = None,
    confirmation_id: int | None = None,
    words: str = "",
) -> Contact:
    """For good. The contact's row is locked first, so a claim sees this or came before it.

    Saying it twice changes nothing. ``confirmation_id`` is the one text that may still leave.
    """
    contact = await Contact.of_phone(campaign, phone)
    now = clock.now()
    await database.query(
        "INSERT INTO opt_out (campaign_id, phone, source, at, user_id, message_id, confirmation_id, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (campaign_id, phone) DO NOTHING",
        campaign.id,
        phone,
        source,
        sql_time(now),
        by.id if by else None,
        message.id if message else None,
        confirmation_id,
        words[:200],
    )
    contact.opted_out_at = contact.opted_out_at or now
    contact.possible_opt_out_at = contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["opted_out_at", "possible_opt_out_at", "possible_opt_out_message_id"])
    await _tag(campaign, contact, by)
    await closing.cancel_queued(contact, confirmation_id)
    await closing.close_conversations(contact, errors.OPTED_OUT)
    return contact


async def _tag(campaign: Campaign, contact: Contact, by: User | None) -> None:
    """The Opt Out tag is the opt-out's face on pages; the row in opt_out is what counts."""
    tag = await Tag.get_or_none(campaign=campaign, slug=labels.OPT_OUT, system=True)
    if tag and not await ContactTag.exists(contact_id=contact.id, tag=tag):
        await ContactTag.create(contact_id=contact.id, tag=tag, user_id=by.id if by else None, at=clock.now())
