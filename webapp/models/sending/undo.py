"""Undo: takes a queued text back, and what its script did to the contact (SPEC V4, A3)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, FieldValue
from webapp.models.conversations import attention, buckets
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, CONFIRMATION, INITIAL, QUEUED, TEST, Message, MessageEffect


@transactional
async def take_back(member: Membership, message_id: int) -> bool:
    """Takes a queued text back; False where it has left already, or opted someone out (X6: that stands)."""
    found = Message.filter(id=message_id, user_id=member.user_id, status=QUEUED, attempts=0)
    message = await found.exclude(kind__in=(CONFIRMATION, TEST)).first()
    if message is None or message.contact_id is None:
        return False
    contact = await Contact.locked(message.contact_id)
    if not await Message.filter(id=message.id, status=QUEUED, attempts=0).update(status=CANCELLED):
        return False
    await _take_back(message)
    await _reopen(message, contact)
    return True


async def _take_back(message: Message) -> None:
    """Only what this click set and nobody changed since."""
    for effect in await MessageEffect.filter(message=message):
        if effect.tag_id:
            await ContactTag.filter(contact_id=message.contact_id, tag_id=effect.tag_id, message_id=message.id).delete()
            continue
        mine = FieldValue.filter(contact_id=message.contact_id, field_id=effect.field_id, message_id=message.id)
        if effect.before is None:
            await mine.filter(value=effect.after).delete()
        else:
            await mine.filter(value=effect.after).update(value=effect.before, message_id=None, at=clock.now())


async def _reopen(message: Message, contact: Contact) -> None:
    """A first text: the conversation is untexted again, and its bucket open. A reply: it may need attention again."""
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    tallies.take(conversation)
    if message.kind == INITIAL:
        conversation.texted_at = None
        await buckets.open_again(message.bucket_id)
    await attention.refresh(conversation, contact)
    tallies.put(conversation)
    await conversation.save(update_fields=["texted_at", "needs_attention"])
    await audience.sync_conversations(
        [contact.id]
    )  # tags may be gone, and what was clicked may not be in the action any more
