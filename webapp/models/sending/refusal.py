"""A safeguard refused a queued text at the last moment, in the worker (SPEC X3)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.database import transactional
from webapp.models import tallies
from webapp.models.actions import audience, gaps
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention, buckets
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, QUEUED, REFUSED, Message


@dataclass(frozen=True)
class Refusal:
    """``user_id``: the user whose open page should show it."""

    message_id: int
    user_id: int | None


@transactional
async def refuse(message_id: int, code: int) -> Refusal | None:
    """Marks the text as refused; None where it is not queued any more. A refused reply is shown in the thread, its words
    back in the composer. A second attempt goes to the staff instead: the first one may have arrived."""
    contact, message = await Message.locked(message_id)
    if message.status != QUEUED:
        return None
    if message.is_retry:
        await message.leave_to_staff(code)
        return Refusal(message.id, message.user_id)
    message.status, message.error_code = REFUSED, code
    await message.save(update_fields=["status", "error_code"])
    if message.conversation_id is None:  # a test has no conversation
        return Refusal(message.id, message.user_id)
    return Refusal(message.id, await _update_conversation(message, contact, code))


async def _update_conversation(message: Message, contact: Contact, code: int) -> int | None:
    """A refused first text leaves its conversation unsent: at the end of its holder's queue, or closed where the refusal
    is final."""
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    async with tallies.moving(conversation):
        if message.kind == INITIAL:
            conversation.texted_at = None
            await buckets.open_again(message.bucket_id)
            if code in gaps.RENDERED:  # the next card finds out whether the contact's values or another's bring it
                conversation.move_to_end()
            else:
                conversation.refuse(code)
        await attention.refresh(conversation, contact)
    await tallies.hit(conversation.action_id, conversation.id, code)
    await audience.sync_conversations([contact.id])
    return conversation.user_id
