"""Cancels queued texts that could not be cancelled in time (SPEC P1, A1). Some were under way when their sender left or
their action was archived, and came back (429, no network, a refused account, an unknown outcome). Others waited for a
pause until the action's last day had passed."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import Q

from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message


async def withdrawn(message: Message, action: Action | None, now: datetime) -> bool:
    """Must the text be cancelled? ``action``: of a first text. The sender is checked only for a text that was claimed
    before, since suspending cancels queued ones. A text that staff decided to send again does not depend on its
    sender."""
    if action and action.over(now):
        return True
    if message.claimed_at is None or message.decided_at:
        return False
    sender = Membership.filter(user_id=message.user_id or 0, campaign_id=message.campaign_id)
    return await sender.filter(Q(suspended_at__isnull=False) | Q(removed_at__isnull=False)).exists()


async def withdraw(message: Message, contact: Contact) -> None:
    """Cancels it, as suspending or archiving would have done. Suspending gave its conversation to the staff as a texted
    one; if it is untexted now, it goes back to the pool. The contact is locked."""
    await closing.cancel_queued(contact, id=message.id)
    untexted = Conversation.filter(id=message.conversation_id or 0, texted_at=None)
    conversation = await untexted.select_for_update().first()
    if conversation and conversation.with_staff:
        async with tallies.moving(conversation):
            conversation.let_go()
