"""The numbers beside entries of the menus."""

from __future__ import annotations

from webapp.models.accounts import members
from webapp.models.accounts.users import Membership
from webapp.models.conversations.conversation import Conversation


async def of_volunteer(member: Membership) -> dict[str, int]:
    """The numbers in a volunteer's masthead."""
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id)
    return {"unread": await held.filter(unread=True).count()}


async def of_office(member: Membership) -> dict[str, int]:
    """The numbers in the office's masthead."""
    own = {"campaign_id": member.campaign_id}
    return {
        "needs_attention": await Conversation.filter(**own, needs_attention=True).count(),
        "waiting": await members.waiting(member.campaign_id).count(),
    }
