"""Jobs that create conversations, hand possible opt-outs to the staff, and derive time zones again (SPEC A1, V8, S1)."""

from __future__ import annotations

from typing import Any

from webapp import news, queue
from webapp.database import statistics
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations import deriving_zones, making
from webapp.models.opt_outs import possible

SWEEP = 10.0  # seconds a sweep spends on one action
ZONES_SWEEP = 45.0  # seconds a sweep spends on time zones


async def keep_statistics(ctx: dict[str, Any]) -> None:
    """So that PostgreSQL plans what volunteers wait for by the tables as they are."""
    await statistics.keep_up()


async def make_conversations(ctx: dict[str, Any], action_id: int, list_id: int = 0, after: int = 0) -> None:
    """One window of a list, so that no transaction waits long; the next window is the next job's."""
    place = await making.make_some(action_id, making.Place(list_id, after))
    if place is not None:
        await queue.make_conversations(action_id, place.list_id, place.after)


async def make_all_conversations(ctx: dict[str, Any]) -> None:
    for action_id in await making.unfinished():
        await making.make_all(action_id, SWEEP)


async def derive_zones(ctx: dict[str, Any]) -> None:
    await deriving_zones.derive_some(ZONES_SWEEP)


async def hand_over_possible_opt_outs(ctx: dict[str, Any]) -> None:
    """Those that no volunteer decided in time (V8)."""
    for campaign in await Campaign.all():
        for user_id, conversation_id in await possible.hand_old_to_staff(campaign):
            await news.tell(conversation_id, user_id)  # the thread leaves this page
            await news.tell(conversation_id)  # and appears on those of the staff
