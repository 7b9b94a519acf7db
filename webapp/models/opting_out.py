"""STOP, whoever says it for whom: one transaction that leaves nothing to leave (SPEC X6)."""

from __future__ import annotations

from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import attention, audience, labels, sending, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.labels import ContactTag, Tag
from webapp.models.messages import CANCELLED, INITIAL, OUT, QUEUED, Message
from webapp.models.people import User
from webapp.rules import errors


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
        campaign.id, phone, source, sql_time(now), by.id if by else None, message.id if message else None,
        confirmation_id, words[:200],
    )  # fmt: skip
    contact.opted_out_at = contact.opted_out_at or now
    contact.possible_opt_out_at = contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["opted_out_at", "possible_opt_out_at", "possible_opt_out_message_id"])
    await _tag(campaign, contact, by)
    await cancel_queued(contact, confirmation_id)
    await close_conversations(contact, errors.OPTED_OUT)
    return contact


async def cancel_queued(contact: Contact, but: int | None = None, **which: Any) -> None:
    """Cancels what waits to leave to this person. A first text that did not leave leaves its conversation untexted, a
    reply leaves them unanswered. A second attempt is left to staff: the first may have arrived."""
    waiting = Message.filter(contact=contact, direction=OUT, status=QUEUED, **which).exclude(id=but or 0)
    for message in await waiting.order_by("id").select_for_update():
        if message.may_have_arrived:
            await sending.leave_to_staff(message)
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
    await audience.follow([conversation.contact_id])


async def _tag(campaign: Campaign, contact: Contact, by: User | None) -> None:
    """The Opt Out tag is the opt-out's face on pages; the row in opt_out is what counts."""
    tag = await Tag.get_or_none(campaign=campaign, slug=labels.OPT_OUT, system=True)
    if tag and not await ContactTag.exists(contact_id=contact.id, tag=tag):
        await ContactTag.create(contact_id=contact.id, tag=tag, user_id=by.id if by else None, at=clock.now())
