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
from webapp.models.conversations.message import CANCELLED, INITIAL, Message, MessageEffect


@transactional
async def take_back(member: Membership, message_id: int) -> bool:
    """Cancels a queued text of the member's; False where it has left, or where it can't be undone (X6)."""
    if not await Message.exists(id=message_id, user_id=member.user_id, conversation_id__isnull=False):
        return False
    contact, message = await Message.locked(message_id)
    if not message.undoable:
        return False
    message.status = CANCELLED
    await message.save(update_fields=["status"])
    await _revert_effects(message)
    await _reopen(message, contact)
    return True


async def _revert_effects(message: Message) -> None:
    """Reverts what this click set on the contact, unless somebody changed it since."""
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
    """After a first text the conversation is untexted again and its bucket open; after a reply it may need attention."""
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    async with tallies.moving(conversation):
        if message.kind == INITIAL:
            conversation.texted_at = None
            await buckets.open_again(message.bucket_id)
        await attention.refresh(conversation, contact)
    # Tags may be gone, and the contact may have left the action after the click
    await audience.sync_conversations([contact.id])
