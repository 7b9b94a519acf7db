"""One typed function per job. The only caller of enqueue_job.

A job is a nudge: the row is the truth, a sweep finds what no nudge reached. So a nudge that fails is a log line, it
takes a second at most, and no job has an id that could refuse the next nudge.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable
from datetime import timedelta

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from webapp import clock, config

SECONDS = 1.0
log = logging.getLogger(__name__)
WORKER = "textbank:worker"
SLOT = 0.25  # seconds
_pool: ArqRedis | None = None
_promised: dict[int, int] = {}  # number -> the quarter of a second the last nudge is for


async def drain(number_id: int, after: float = 0) -> None:
    """Send what is due by this number, ``after`` so many seconds."""
    await _nudge("drain", number_id, after=after)


async def drain_when_due(number_id: int, undo_seconds: int) -> None:
    """For a click. One nudge serves all clicks whose time to undo ends in the same quarter of a second."""
    if undo_seconds <= 0:
        await drain(number_id)
        return
    slot = math.ceil((clock.steady() + undo_seconds) / SLOT)
    if _promised.get(number_id) == slot:
        return
    _promised[number_id] = slot
    if not await _nudge("drain", number_id, after=slot * SLOT - clock.steady()):
        _promised.pop(number_id, None)


async def drain_all(number_ids: Iterable[int]) -> None:
    """After something let waiting texts go: a decision, the end of a stop or a pause."""
    for number_id in number_ids:
        await drain(number_id)


async def make_conversations(action_id: int, list_id: int = 0, after: int = 0) -> None:
    """Those that are missing, from a list on and there past a contact."""
    await _nudge("make_conversations", action_id, list_id, after)


async def apply_audience(action_id: int) -> None:
    """Who is in the action changed: its conversations follow."""
    await _nudge("apply_audience", action_id)


async def run_import(import_id: int) -> None:
    await _nudge("run_import", import_id)


async def run_bulk(job_id: int) -> None:
    await _nudge("run_bulk", job_id)


async def run_cost(cost_id: int) -> None:
    await _nudge("run_cost", cost_id)


async def list_account() -> None:
    await _nudge("list_account")


async def buy_numbers(order_id: int) -> None:
    await _nudge("buy_numbers", order_id)


async def point_number(number_id: int) -> None:
    await _nudge("point_number", number_id)


async def release_number(number_id: int) -> None:
    await _nudge("release_number", number_id)


async def send_mail(mail_id: int) -> None:
    await _nudge("send_mail", mail_id)


async def check_setup(campaign_id: int) -> None:
    await _nudge("check_setup", campaign_id)


async def fetch_media() -> None:
    """A text came with a file."""
    await _nudge("fetch_media")


async def apply_events() -> None:
    """Take in what Twilio told us and could not be applied at once."""
    await _nudge("apply_events")


async def note_worker() -> None:
    """A worker is there; forgotten after 20 seconds."""
    try:
        await asyncio.wait_for(pool().set(WORKER, 1, ex=20), SECONDS)
    except Exception as error:
        log.warning("nobody will know that a worker is there: %s", type(error).__name__)


async def worker_seen() -> bool:
    try:
        return bool(await asyncio.wait_for(pool().exists(WORKER), SECONDS))
    except Exception as error:
        log.warning("nobody knows whether a worker is there: %s", type(error).__name__)
        return False


def pool() -> ArqRedis:
    """This process's connections for nudges: nothing on them may hang."""
    global _pool
    if _pool is None:
        url = config.settings().redis
        _pool = ArqRedis(
            ConnectionPool.from_url(
                url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0)
            )
        )
    return _pool


async def close() -> None:
    global _pool
    if _pool is not None:
        await _pool.aclose()
    _pool = None
    _promised.clear()


async def _nudge(job: str, *arguments: int, after: float = 0) -> bool:
    try:
        defer = timedelta(seconds=after) if after > 0 else None
        await asyncio.wait_for(pool().enqueue_job(job, *arguments, _defer_by=defer), SECONDS)
        return True
    except Exception as error:
        log.warning("the queue could not be nudged for %s: %s", job, type(error).__name__)
        return False
