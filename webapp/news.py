"""Tells open pages what changed: a conversation (SPEC V5, G3), whether first texts may leave (V4), or the counts of an
action, whose staff hear of it (R2)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from webapp import live
from webapp.models import tallies
from webapp.models.actions.action import Action
from webapp.models.conversations import buckets, inbox

EVERY = 2.0  # seconds between two news of counts of one process, however many texts it sends meanwhile
log = logging.getLogger(__name__)


async def tell(conversation_id: int, holder_id: int | None = None) -> None:
    """After the commit. A caller whose transaction has read the holder passes it on: that saves a query."""
    listeners = [holder_id] if holder_id else await inbox.listeners(conversation_id)
    for user_id in listeners:
        await live.nudge(user_id, "inbox-changed", conversation_id)


async def tell_queues(campaign_id: int | None = None, action_id: int = 0) -> None:
    """After first texts were stopped, or go on: no open page keeps cards that may not be sent. ``campaign_id``: None where
    it is all of them."""
    await live.nudge_all(await buckets.under_way(campaign_id, action_id), "queue-changed", action_id)


@contextlib.asynccontextmanager
async def counts_told() -> AsyncIterator[None]:
    """While it lasts, a commit of this process that moves an action's counts is told to the pages of the staff."""
    moved, woken = set[int](), asyncio.Event()

    def note(action_ids: set[int]) -> None:
        moved.update(action_ids)
        woken.set()

    tallies.listeners.append(note)
    telling = asyncio.create_task(_tell_counts(moved, woken))
    try:
        yield
    finally:
        tallies.listeners.remove(note)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell_counts(moved: set[int], woken: asyncio.Event) -> None:
    while True:
        await woken.wait()
        woken.clear()
        found = Action.filter(id__in=sorted(moved))
        moved.clear()
        try:
            for campaign_id in {action.campaign_id for action in await found}:
                await live.nudge_staff(campaign_id, live.COUNTS)
        except Exception as error:
            log.warning("no live news of counts: %s", type(error).__name__)
        await asyncio.sleep(EVERY)
