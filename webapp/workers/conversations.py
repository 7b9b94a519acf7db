"""Jobs that create conversations, and return unsent ones to the pool (SPEC A1, S8), and derive time zones anew (S1)."""

from __future__ import annotations

from typing import Any

from webapp import queue
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations import going_back, making, zones_anew

SWEEP = 10.0  # seconds a sweep spends on one action
ZONES_SWEEP = 45.0  # seconds a sweep spends on time zones


async def return_unsent(ctx: dict[str, Any]) -> None:
    for campaign in await Campaign.all():
        await going_back.return_unsent(campaign)


async def make_conversations(ctx: dict[str, Any], action_id: int, list_id: int = 0, after: int = 0) -> None:
    """One window of a list, so that no transaction waits long; the next window is the next job's."""
    place = await making.make_some(action_id, making.Place(list_id, after))
    if place is not None:
        await queue.make_conversations(action_id, place.list_id, place.after)


async def make_all_conversations(ctx: dict[str, Any]) -> None:
    for action_id in await making.unfinished():
        await making.make_all(action_id, SWEEP)


async def derive_zones(ctx: dict[str, Any]) -> None:
    await zones_anew.derive_some(ZONES_SWEEP)
