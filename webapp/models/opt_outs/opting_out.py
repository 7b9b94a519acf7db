"""Opting a contact out: one transaction after which nothing leaves to their phone (SPEC X6)."""

from __future__ import annotations

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts.users import User
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import bounds
from webapp.models.opt_outs.opt_out import FROM_SCRIPT, FROM_VOLUNTEER, note_said_again
from webapp.rules import errors


@transactional
async def opt_out(
    contact: Contact,
    source: str,
    by: User | None = None,
    message: Message | None = None,
    confirmation_id: int | None = None,
    words: str = "",
) -> None:
    """Opts the contact's phone out for good; saying it twice changes nothing. ``confirmation_id``: the one text that may
    still leave. The contact's row is locked, so a claim sees the opt-out or came before it. Past a volunteer's budget it
    becomes a possible opt-out (V9)."""
    if source in (FROM_VOLUNTEER, FROM_SCRIPT) and not contact.opted_out_at and await bounds.held_back(contact, by):
        return
    await _write(contact, source, by, message, confirmation_id, words)
    contact.opted_out_at = contact.opted_out_at or clock.now()
    contact.possible_opt_out_at = contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["opted_out_at", "possible_opt_out_at", "possible_opt_out_message_id"])
    await _tag(contact, by)
    await closing.cancel_queued(contact, confirmation_id)
    await closing.close_conversations(contact, errors.OPTED_OUT)


@transactional
async def from_thread(conversation: Conversation, by: User) -> bool:
    """The holder of the conversation opts its contact out. False, and nothing is done, where they may not judge them (V9)."""
    contact = await bounds.contact_to_judge(conversation, by)
    if contact is None:
        return False
    await opt_out(contact, FROM_VOLUNTEER, by)
    return True


async def _write(
    contact: Contact, source: str, by: User | None, message: Message | None, confirmation_id: int | None, words: str
) -> None:
    new = await database.query(
        "INSERT INTO opt_out (campaign_id, phone, source, at, user_id, message_id, confirmation_id, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING id",
        contact.campaign_id,
        contact.phone,
        source,
        sql_time(clock.now()),
        by.id if by else None,
        message.id if message else None,
        confirmation_id,
        words[:200],
    )
    if not new:
        await note_said_again(contact.campaign_id, [contact.phone])


async def _tag(contact: Contact, by: User | None) -> None:
    """The Opt Out tag shows the opt-out on pages; the row in opt_out is what counts."""
    tag = await Tag.get_or_none(campaign_id=contact.campaign_id, slug=labels.OPT_OUT, system=True)
    if tag and not await ContactTag.exists(contact_id=contact.id, tag=tag):
        await ContactTag.create(contact_id=contact.id, tag=tag, user_id=by.id if by else None, at=clock.now())
