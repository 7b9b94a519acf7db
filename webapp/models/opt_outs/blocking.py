"""Blocked contacts: nobody texts them until an admin lifts the block (SPEC V10)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.accounts.users import User
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.conversations import attention, closing
from webapp.models.conversations.conversation import Conversation
from webapp.rules import errors


@transactional
async def block(conversation: Conversation, by: User) -> None:
    """V10: nobody texts this contact until an admin lifts it. What waits to leave is cancelled."""
    contact = await Contact.locked(conversation.contact_id)
    contact.blocked_at = contact.blocked_at or clock.now()
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "blocked")
    await closing.cancel_queued(contact)
    await closing.close_conversations(contact, errors.BLOCKED)


@transactional
async def unblock(contact_id: int, by: User) -> None:
    """First texts that the block kept away are possible again."""
    contact = await Contact.locked(contact_id)
    contact.blocked_at = None
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "unblocked")
    closed = Conversation.filter(contact=contact, closed_code=errors.BLOCKED, texted_at=None).order_by("id")
    for conversation in await closed.select_for_update():
        tallies.take(conversation)
        conversation.closed_code = contact.never_texted(clock.now())
        await attention.refresh(conversation, contact)
        tallies.put(conversation)
        await conversation.save(update_fields=["closed_code", "needs_attention"])
    await audience.sync_conversations([contact_id])
