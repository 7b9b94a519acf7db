"""News for open pages: one Valkey subscription a process, passed on in memory to the browsers it serves.

A nudge names what changed and carries no content: the page fetches that over HTTP, where authorisation is checked. A
lost nudge does no harm: every (re)connection tells the page to catch up.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from webapp import config, queue

CHANNEL = "textbank:live"
HEARTBEAT = 20.0  # seconds
MOST_WAITING = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """``event`` names what changed ("inbox-changed"); ``id``: the row, 0 for none in particular."""

    event: str
    id: int = 0


CATCH_UP = News("catch-up")
LOGGED_OUT = "logged-out"  # one of the user's sessions ended
ACCESS_CHANGED = "access-changed"  # what the user may see is another
COUNTS = News("counts-changed")  # of some action of the campaign


async def nudge(user_id: int | None, event: str, id: int = 0) -> None:
    """Tells one user's open pages; call it after the commit. Takes two seconds at most; a failure is only logged."""
    if user_id is None:
        return
    await _tell({"user": user_id, "event": event, "id": id})


async def nudge_all(user_ids: Collection[int], event: str, id: int = 0) -> None:
    """As `nudge`, many users at once."""
    if user_ids:
        await _tell({"users": sorted(user_ids), "event": event, "id": id})


async def nudge_staff(campaign_id: int, news: News) -> None:
    """Tells the open pages of a campaign's staff, like `nudge`."""
    await _tell({"campaign": campaign_id, "event": news.event, "id": news.id})


class _Way:
    """To Valkey, of one event loop. News told while others are under way go there after them, all in one message, which
    costs this process as much as one news does."""

    def __init__(self) -> None:
        self.free, self.next = asyncio.Lock(), _Batch()

    async def take(self, told: dict[str, Any]) -> None:
        batch = self.next
        batch.news.append(told)
        if batch.brought is None:  # by a task of its own: whoever gives up takes no other's news along
            batch.brought = asyncio.create_task(self._bring(batch))
        await batch.gone.wait()

    async def _bring(self, batch: _Batch) -> None:
        try:
            async with self.free:
                self.next = _Batch()
                await _publish(batch.news)
        finally:
            batch.gone.set()


class _Batch:
    def __init__(self) -> None:
        self.news: list[dict[str, Any]] = []
        self.brought: asyncio.Task[None] | None = None
        self.gone = asyncio.Event()


_ways: WeakKeyDictionary[asyncio.AbstractEventLoop, _Way] = WeakKeyDictionary()


async def _tell(told: dict[str, Any]) -> None:
    await _ways.setdefault(asyncio.get_running_loop(), _Way()).take(told)


async def _publish(news: list[dict[str, Any]]) -> None:
    """One alone goes as it is: a process of the version before knows no lists."""
    try:
        whole = json.dumps(news if len(news) > 1 else news[0])
        async with asyncio.timeout(queue.SECONDS):
            await queue.pool().publish(CHANNEL, whole)
    except Exception as error:
        log.warning("no live news: %s", type(error).__name__)


class Hub:
    """The listeners of this process."""

    def __init__(self) -> None:
        self.listeners: dict[int, set[asyncio.Queue[News]]] = defaultdict(set)
        self.staff: dict[int, set[asyncio.Queue[News]]] = defaultdict(set)  # by campaign
        self.stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._subscribe_for_ever())

    async def stop(self) -> None:
        """Ends every stream, so that the server can stop."""
        self.stopping.set()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def listen(self, user_id: int, campaigns: Collection[int] = ()) -> AsyncIterator[News | None]:
        """News for one user, and those for the staff of these campaigns; None is a heartbeat, after 20 s without news. Ends
        when the process stops."""
        mine: asyncio.Queue[News] = asyncio.Queue(MOST_WAITING)
        places = [(self.listeners, user_id), *((self.staff, campaign_id) for campaign_id in campaigns)]
        for among, key in places:
            among[key].add(mine)
        try:
            yield CATCH_UP
            while not self.stopping.is_set():
                yield await self._next(mine)
        finally:
            for among, key in places:
                among[key].discard(mine)
                if not among[key]:
                    del among[key]

    async def _next(self, mine: asyncio.Queue[News]) -> News | None:
        waits = {asyncio.ensure_future(mine.get()), asyncio.ensure_future(self.stopping.wait())}
        try:
            done, _ = await asyncio.wait(waits, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            return next((r for task in done if isinstance(r := task.result(), News)), None)
        finally:
            for task in waits:
                task.cancel()

    async def _subscribe_for_ever(self) -> None:
        pause = 0.05
        while True:
            try:
                await self._subscribe()
                pause = 0.05
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("live news interrupted: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2)

    async def _subscribe(self) -> None:
        redis = Redis.from_url(
            config.settings().redis, health_check_interval=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        try:
            async with redis.pubsub() as subscription:
                await subscription.subscribe(CHANNEL)
                self._tell_all(CATCH_UP)
                while True:
                    message = await subscription.get_message(ignore_subscribe_messages=True, timeout=5)
                    if message:
                        self._pass_on(message["data"])
        finally:
            await redis.aclose()

    def _pass_on(self, data: bytes) -> None:
        told = json.loads(data)
        for one in told if isinstance(told, list) else [told]:
            self._pass_one_on(one)

    def _pass_one_on(self, told: dict[str, Any]) -> None:
        news = News(told["event"], told["id"])
        if "campaign" in told:
            found = [self.staff.get(told["campaign"], set())]
        else:
            found = [self.listeners.get(user_id, set()) for user_id in told.get("users") or [told["user"]]]
        for mine in itertools.chain(*found):
            _put(mine, news)

    def _tell_all(self, news: News) -> None:
        for queues in self.listeners.values():
            for mine in queues:
                _put(mine, news)


def _put(mine: asyncio.Queue[News], news: News) -> None:
    """Drops the oldest where a browser is too slow: the newest makes it fetch everything anyway."""
    if mine.full():
        mine.get_nowait()
    mine.put_nowait(news)
