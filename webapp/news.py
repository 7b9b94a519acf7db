"""Tells open pages what changed. Volunteers hear of a conversation (SPEC V5, G3), whether first texts may leave (V4), and what
they may see (P1); staff hear of the counts of an action (R2)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from webapp import live
from webapp.models import tallies
from webapp.models.accounts import campaign, members
from webapp.models.actions.action import Action
from webapp.models.committed import Committed
from webapp.models.conversations import buckets, inbox
from webapp.models.receiving.event import News as Applied

EVERY = 2.0  # seconds between two news of counts of one process, however many texts it sends meanwhile
log = logging.getLogger(__name__)


async def tell(conversation_id: int, holder_id: int | None = None) -> None:
    """After the commit. A caller whose transaction has read the holder passes it on: that saves a query."""
    listeners = [holder_id] if holder_id else await inbox.listeners(conversation_id)
    for user_id in listeners:
        await live.nudge(user_id, "inbox-changed", conversation_id)


async def tell_applied(applied: Applied) -> None:
    """After an event of Twilio's was applied."""
    if applied.conversation_id:
        await tell(applied.conversation_id, applied.user_id)


async def tell_queues(campaign_id: int | None = None, action_id: int = 0) -> None:
    """After first texts were stopped, or go on: no open page keeps cards that may not be sent. ``campaign_id``: None where
    it is all of them."""
    await live.nudge_all(await buckets.under_way(campaign_id, action_id), "queue-changed", action_id)


@contextlib.asynccontextmanager
async def commits_told() -> AsyncIterator[None]:
    """While it lasts, tells of three kinds of commits of this process. One that moves an action's counts is told to the
    staff's pages. One that stops a campaign, for whatever reason, is told to everybody with cards. One that changes
    what a user may see is told to that user's pages."""
    async with (
        _told(tallies.moved, _tell_counts),
        _told(campaign.stopped, _tell_stops),
        _told(members.access_changed, _tell_access),
    ):
        yield


@contextlib.asynccontextmanager
async def _told(commits: Committed, tell_them: Callable[[_Noted], Awaitable[None]]) -> AsyncIterator[None]:
    noted = _Noted()
    telling = asyncio.ensure_future(tell_them(noted))
    commits.listeners.append(noted.add)
    try:
        yield
    finally:
        commits.listeners.remove(noted.add)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


class _Noted:
    """Ids that wait to be told."""

    def __init__(self) -> None:
        self.ids, self.woken = set[int](), asyncio.Event()

    def add(self, ids: set[int]) -> None:
        self.ids.update(ids)
        self.woken.set()

    async def next_ones(self) -> list[int]:
        await self.woken.wait()
        self.woken.clear()
        noted = sorted(self.ids)
        self.ids.clear()
        return noted


async def _tell_counts(moved: _Noted) -> None:
    while True:
        found = Action.filter(id__in=await moved.next_ones())
        try:
            for campaign_id in {action.campaign_id for action in await found}:
                await live.nudge_staff(campaign_id, live.COUNTS)
        except Exception as error:
            log.warning("no live news of counts: %s", type(error).__name__)
        await asyncio.sleep(EVERY)


async def _tell_stops(stopped: _Noted) -> None:
    while True:
        for campaign_id in await stopped.next_ones():
            try:
                await tell_queues(campaign_id)
            except Exception as error:
                log.warning("no live news of a stop: %s", type(error).__name__)


async def _tell_access(seeing: _Noted) -> None:
    while True:
        for user_id in await seeing.next_ones():
            await live.nudge(user_id, live.ACCESS_CHANGED)
