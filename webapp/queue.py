"""One typed function per job. The only place that queues jobs.

A job is a nudge: the row is the truth, and a sweep finds rows that no nudge reached. So a nudge takes a second at most,
a nudge that fails is only logged, and no job has an id: arq refuses a second job with the id of one that waits.
"""

from __future__ import annotations

import asyncio
import logging
import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from arq import ArqRedis, constants, jobs, utils
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from webapp import clock, config

SECONDS = 1.0
log = logging.getLogger(__name__)
WORKER, AHEAD, JUMPED = "textbank:worker", "textbank:ahead", "textbank:jumped"
SLOT = 1.0  # seconds; clicks whose time to undo ends in one slot share a nudge, which takes longer than half a click
_pool: ArqRedis | None = None
_away_until = 0.0  # on the steady clock
_promised: dict[int, int] = {}  # number -> the slot of its last nudge


async def drain(number_id: int, after: float = 0) -> None:
    """Sends the texts due by this number, in ``after`` seconds."""
    await _nudge("drain", number_id, after=after)


async def drain_when_due(number_id: int, undo_seconds: int) -> None:
    """After a click: sends once its time to undo is over."""
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
    """After texts that waited may leave again: staff decided, a stop or a pause ended."""
    for number_id in number_ids:
        await drain(number_id)


async def make_conversations(action_id: int, list_id: int = 0, after: int = 0) -> None:
    """Makes an action's missing conversations, starting in a list and past a contact of it."""
    await _nudge("make_conversations", action_id, list_id, after)


async def apply_audience(action_id: int) -> None:
    """Closes and reopens conversations after the action's audience changed."""
    await _nudge("apply_audience", action_id)


async def run_import(import_id: int) -> None:
    await _nudge("run_import", import_id)


async def run_bulk(job_id: int) -> None:
    await _nudge("run_bulk", job_id)


async def run_export(export_id: int) -> None:
    await _nudge("run_export", export_id)


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


async def run_notice(notice_id: int) -> None:
    await _nudge("run_notice", notice_id)


async def ask_van(campaign_id: int) -> None:
    await _nudge("ask_van", campaign_id)


async def send_to_van(campaign_id: int) -> None:
    await _nudge("send_to_van", campaign_id)


async def send_hooks(endpoint_id: int) -> None:
    await _nudge("send_hooks", endpoint_id)


async def run_nightly(nightly_id: int) -> None:
    await _nudge("run_nightly", nightly_id)


async def bring_list(load_id: int, after: float = 0) -> None:
    """Brings a saved list of VAN's one step further."""
    await _nudge("bring_list", load_id, after=after)


async def text_sign_ups() -> None:
    await _nudge("text_sign_ups")


async def send_mail(mail_id: int) -> None:
    await _nudge("send_mail", mail_id)


async def check_setup(campaign_id: int) -> None:
    await _nudge("check_setup", campaign_id)


async def fetch_media() -> None:
    """Fetches the files that came with texts."""
    await _nudge("fetch_media")


async def apply_events() -> None:
    """Applies stored events of Twilio's that could not be applied at once."""
    await _nudge("apply_events")


async def note_worker() -> None:
    """Notes that a worker runs; forgotten after 20 seconds."""
    try:
        await asyncio.wait_for(pool().set(WORKER, 1, ex=20), SECONDS)
    except Exception as error:
        log.warning("could not note that a worker runs: %s", type(error).__name__)


async def note_clock(ahead: float | None = None, jumped: float = 0.0) -> None:
    """``ahead``: seconds by which a worker's clock is ahead of Twilio's; kept for ten minutes. ``jumped``: by how many it
    was set just now; kept for an hour."""
    try:
        if ahead is not None:
            await asyncio.wait_for(pool().set(AHEAD, repr(ahead), ex=600), SECONDS)
        if jumped:
            await asyncio.wait_for(pool().set(JUMPED, repr(jumped), ex=3600), SECONDS)
    except Exception as error:
        log.warning("could not note what the clock did: %s", type(error).__name__)


@dataclass(frozen=True)
class Signs:
    """The notes that workers made lately. Without Valkey nothing is known. ``refuses``: the error with which it stores nothing."""

    valkey: bool = False
    worker: bool = False
    ahead: float | None = None
    jumped: float = 0.0
    refuses: str = ""


async def signs() -> Signs:
    """For three seconds after Valkey did not answer it is not asked again: each page of the office asks."""
    global _away_until
    if clock.steady() < _away_until:
        return Signs()
    try:
        both = pool().pipeline(transaction=False)
        both.set("textbank:written", 1, ex=20)
        both.mget(WORKER, AHEAD, JUMPED)
        wrote, (worker, ahead, jumped) = await asyncio.wait_for(both.execute(raise_on_error=False), SECONDS)
    except Exception as error:
        log.warning("could not ask whether a worker runs: %s", type(error).__name__)
        _away_until = clock.steady() + 3 * SECONDS
        return Signs()
    refuses = f"{type(wrote).__name__} {wrote}" if isinstance(wrote, Exception) else ""
    return Signs(True, bool(worker), float(ahead) if ahead else None, float(jumped or 0), refuses)


def pool() -> ArqRedis:
    """This process's connections for nudges; every command on them has a time limit."""
    global _pool
    if _pool is None:
        limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "retry": Retry(NoBackoff(), 0)}
        _pool = ArqRedis(ConnectionPool.from_url(config.settings().redis, **limits))
    return _pool


async def close() -> None:
    global _pool, _away_until
    if _pool is not None:
        await _pool.aclose()
    _pool, _away_until = None, 0.0
    _promised.clear()


async def _nudge(job: str, *arguments: int, after: float = 0) -> bool:
    """As arq's own `enqueue_job`, but in one round trip, not three: that one asks first whether the job's id is taken."""
    try:
        async with asyncio.timeout(SECONDS):
            at, wait, name = utils.timestamp_ms(), int(max(after, 0) * 1000), uuid.uuid4().hex
            whole, kept = jobs.serialize_job(job, arguments, {}, None, at), wait + constants.expires_extra_ms
            both = pool().pipeline(transaction=False).psetex(constants.job_key_prefix + name, kept, whole)
            await both.zadd(constants.default_queue_name, {name: at + wait}).execute()
        return True
    except Exception as error:
        log.warning("the queue could not be nudged for %s: %s", job, type(error).__name__)
        return False
