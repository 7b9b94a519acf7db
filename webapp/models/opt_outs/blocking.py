"""Blocked contacts: nobody texts them until an admin lifts the block (SPEC V10)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts.users import User
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs import bounds
from webapp.rules import edited, errors


@transactional
async def block(conversation: Conversation, by: User) -> bool:
    """Blocks the conversation's contact and cancels the texts queued to them. Past a volunteer's budget the contact becomes a
    possible opt-out, and staff decide. False, and nothing is done, where ``by`` may not judge the contact (V9)."""
    contact = await bounds.contact_to_judge(conversation, by)
    if contact is None:
        return False
    if contact.blocked_at is None and await bounds.held_back(contact, by):
        return True
    contact.blocked_at = contact.blocked_at or clock.now()
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "blocked")
    await closing.cancel_queued(contact)
    await closing.close_conversations(contact, errors.BLOCKED)
    return True


@transactional
async def unblock(contact_id: int, by: User, shown: str | None = None) -> bool:
    """Lifts the block; conversations that it closed are open again. ``shown``: the mark of the block that the page showed
    (rules/edited.py), none where there is no page. False, and nothing is lifted, after a later block."""
    contact = await Contact.locked(contact_id)
    if shown is not None and contact.blocked_at and edited.moment(contact.blocked_at) != shown:
        return False
    contact.blocked_at = None
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "unblocked")
    await closing.open_conversations(contact, errors.BLOCKED)
    return True
