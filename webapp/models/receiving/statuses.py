"""Delivery statuses of our texts (SPEC X4, X5)."""

from __future__ import annotations

import re

from webapp.database import transactional
from webapp.models import tallies
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import RANK, SENDING, Message
from webapp.models.deliveries import FAILED_DELIVERY
from webapp.models.outcomes import answers, learning
from webapp.models.receiving.event import News, TwilioEvent
from webapp.rules import errors


@transactional
async def apply(event_id: int) -> News:
    """Applies a stored status, or leaves it for later where its message is not known yet."""
    event = await TwilioEvent.filter(id=event_id).select_for_update().get()
    if event.applied_at:
        return News()
    found = await Message.get_or_none(sid=event.sid, direction="out")
    if found is None and event.public_id:
        found = await Message.get_or_none(public_id=event.public_id, direction="out", attempts__gt=0)
    failed_us = event.status in FAILED_DELIVERY and (_code(event) or 0) in errors.OF_THE_ACCOUNT
    if found is None or (failed_us and found.status == SENDING):  # the call's own answer is still to come
        await event.try_later()
        return News()
    await event.mark_applied()
    if found.sid not in (None, event.sid):
        return News()
    await answers.taken(found.id, event.sid)
    return await _delivery(found.id, event)


async def _delivery(message_id: int, event: TwilioEvent) -> News:
    """A status advances by rank and never goes back. Learns from the error code."""
    contact, message = await Message.locked(message_id)
    if RANK.get(event.status, 0) <= RANK.get(message.delivery, 0):
        return News()
    if event.status in FAILED_DELIVERY and (_code(event) or 0) in errors.OF_THE_ACCOUNT:
        await answers.reached_nobody(message.id, _code(event) or 0)
        return News(message.user_id, message.conversation_id)
    async with tallies.moving(message):
        message.delivery = event.status
        message.error_code = _code(event)
    if event.status in FAILED_DELIVERY:
        await learning.from_error(message, contact, message.error_code or 0)
    conversation = await Conversation.get_or_none(id=message.conversation_id)
    return News(conversation.user_id if conversation else None, message.conversation_id)


def _code(event: TwilioEvent) -> int | None:
    """None for a text that arrived in the end. A failure without a code counts as one whose carrier gave no reason."""
    told = str(event.payload.get("ErrorCode") or "")
    if re.fullmatch(r"[0-9]{1,9}", told) and int(told):  # as the column holds
        return int(told)
    return errors.NO_REASON if event.status in FAILED_DELIVERY else None
