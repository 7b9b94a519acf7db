"""The job that hands possible opt-outs to the staff (SPEC V8)."""

from __future__ import annotations

from typing import Any

from webapp import news
from webapp.models.accounts.campaign import Campaign
from webapp.models.opt_outs import possible


async def hand_over_possible_opt_outs(ctx: dict[str, Any]) -> None:
    """Those that no volunteer decided in time (V8)."""
    for campaign in await Campaign.all():
        for user_id, conversation_id in await possible.hand_old_to_staff(campaign):
            await news.tell(conversation_id, user_id)  # the thread leaves this page
            await news.tell(conversation_id)  # and appears on those of the staff
