"""Cancels queued texts and closes conversations, when a contact may not be texted any more (SPEC X6)."""

from __future__ import annotations

from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.actions import audience
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, INITIAL, OUT, QUEUED, Message
from webapp.rules import errors


async def cancel_queued(contact: Contact, but: int | None = None, **which: Any) -> None:
    """Cancels the texts queued to this contact, except message ``but``. The contact is locked.

    A cancelled first text leaves its conversation untexted, a cancelled reply leaves it unanswered. A text queued for a
    second attempt goes to the staff: the first attempt may have arrived.
    """
    queued = Message.filter(contact=contact, direction=OUT, status=QUEUED, **which).exclude(id=but or 0)
    for message in await queued.order_by("id").select_for_update():
        if message.is_retry:
            await message.leave_to_staff()
            continue
        message.status = CANCELLED
        await message.save(update_fields=["status"])
        if message.kind == INITIAL and message.conversation_id:
            await _untext(message.conversation_id)
        else:
            await attention.reconsider(message.conversation_id, contact)


async def close_conversations(contact: Contact, code: int) -> None:
    """Ends first texts to this contact in every action. After an opt-out no conversation needs attention either."""
    for conversation in await Conversation.filter(contact=contact).order_by("id").select_for_update():
        async with tallies.moving(conversation):
            if conversation.texted_at is None and conversation.closed_code is None:
                conversation.closed_code = code
                await tallies.hit(conversation.action_id, conversation.id, code)
            if code == errors.OPTED_OUT:
                attention.nobody_waits(conversation)


@transactional
async def close_unsent(conversation: Conversation, code: int, version: int) -> None:
    """Ends this first text, if nobody clicked it meanwhile. ``version``: of the script that was looked at."""
    conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
    if conversation.texted_at is None and conversation.closed_code is None:
        async with tallies.moving(conversation):
            conversation.closed_code, conversation.script_version = code, version
        await tallies.hit(conversation.action_id, conversation.id, code)


async def open_conversations(contact: Contact, code: int) -> None:
    """Opens the untexted conversations that ``code`` closed, unless something else keeps this contact from first texts.
    The contact is locked."""
    closed = Conversation.filter(contact=contact, closed_code=code, texted_at=None).order_by("id")
    for conversation in await closed.select_for_update():
        async with tallies.moving(conversation):
            conversation.closed_code = contact.never_texted(clock.now())
            if conversation.closed_code:
                await tallies.hit(conversation.action_id, conversation.id, conversation.closed_code)
            await attention.refresh(conversation, contact)
    await audience.sync_conversations([contact.id])  # meanwhile they may have left a list


async def _untext(conversation_id: int) -> None:
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    async with tallies.moving(conversation):
        conversation.texted_at = None
    await audience.sync_conversations([conversation.contact_id])
