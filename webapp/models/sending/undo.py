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
from webapp.models.conversations.message import (
    CANCELLED,
    DROPPED,
    FOLLOW_UP,
    INITIAL,
    REFUSED,
    REJECTED,
    Message,
    MessageEffect,
)


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


async def what_became(member: Membership, message: Message) -> str:
    """Takes it back if that is possible. Returns "undone" (now or by an earlier press), "not_sent" (it was refused) or
    "left" (anything else)."""
    if await take_back(member, message.id):
        return "undone"
    status = (await Message.get(id=message.id)).status
    return "undone" if status == CANCELLED else "not_sent" if status in (REFUSED, REJECTED, DROPPED) else "left"


async def typed_words(conversation_id: int, member: Membership, message_id: int) -> str:
    """The words of a typed reply that the member took back; "" for any other text."""
    found = Message.filter(id=message_id, conversation_id=conversation_id, user_id=member.user_id)
    text = await found.filter(kind=FOLLOW_UP, script_id=None, status=CANCELLED).first()
    return text.body if text else ""


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
