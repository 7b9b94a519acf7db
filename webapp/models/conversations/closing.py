"""Cancels queued texts and closes conversations, when a contact may not be texted any more (SPEC X6)."""

from __future__ import annotations

from typing import Any

from webapp.models import tallies
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, INITIAL, OUT, QUEUED, Message, leave_to_staff
from webapp.rules import errors


async def cancel_queued(contact: Contact, but: int | None = None, **which: Any) -> None:
    """Cancels what waits to leave to this person. A first text that did not leave leaves its conversation untexted, a
    reply leaves them unanswered. A second attempt is left to staff: the first may have arrived."""
    waiting = Message.filter(contact=contact, direction=OUT, status=QUEUED, **which).exclude(id=but or 0)
    for message in await waiting.order_by("id").select_for_update():
        if message.may_have_arrived:
            await leave_to_staff(message)
            continue
        message.status = CANCELLED
        await message.save(update_fields=["status"])
        if message.kind == INITIAL and message.conversation_id:
            await _untext(message.conversation_id)
        else:
            await attention.reconsider(message.conversation_id, contact)


async def close_conversations(contact: Contact, code: int) -> None:
    """No first text in any action any more; for an opt-out nothing needs attention either."""
    for conversation in await Conversation.filter(contact=contact).order_by("id").select_for_update():
        tallies.take(conversation)
        if conversation.texted_at is None and conversation.closed_code is None:
            conversation.closed_code = code
            await tallies.hit(conversation.action_id, conversation.id, code)
        if code == errors.OPTED_OUT:
            conversation.needs_attention = conversation.unread = False
        tallies.put(conversation)
        await conversation.save(update_fields=["closed_code", "needs_attention", "unread"])


async def _untext(conversation_id: int) -> None:
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    tallies.take(conversation)
    conversation.texted_at = None
    tallies.put(conversation)
    await conversation.save(update_fields=["texted_at"])
    await audience.sync_conversations([conversation.contact_id])
