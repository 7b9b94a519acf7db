"""The worker process: arq's loop, restarted after Valkey was away. A signal lets running jobs end."""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import UTC, datetime
from typing import Any

from arq.connections import ArqRedis
from arq.worker import Worker
from redis.asyncio import ConnectionPool

from webapp import clock, config, database, garbage, news, queue
from webapp.database.migrated import open_migrated
from webapp.gateways.twilio import Twilio
from webapp.models.accounts import rehearsal
from webapp.workers import settings
from webapp.workers.outcomes import restoring
from webapp.workers.receiving.listening import Listening

PATIENCE = 8.0  # seconds running jobs get to end
log = logging.getLogger(__name__)


async def run() -> None:
    """Runs until SIGTERM or SIGINT."""
    chosen = config.settings()
    garbage.keep_what_is_there()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    gateway = Twilio(chosen)
    keeping_clock = None
    try:
        await open_migrated(chosen.database)
        await rehearsal.check(chosen)
        keeping_clock = asyncio.create_task(database.keep_clock())
        async with news.commits_told():
            await restoring.notice_restore({})  # before any text can leave
            await _work(gateway, stop)
    finally:
        if keeping_clock:
            keeping_clock.cancel()
        await gateway.close()
        await queue.close()
        await database.close_database()


async def _work(gateway: Twilio, stop: asyncio.Event) -> None:
    pause = 0.2
    while not stop.is_set():
        worker = _worker(gateway)
        running = asyncio.create_task(worker.main())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not stop.is_set():
            log.warning("the queue went away (%s), starting again", running.exception() or "ended")
        await _end(worker, running)
        await asyncio.sleep(0 if stop.is_set() else pause)
        pause = min(pause * 1.5, 2.0)


class SteadyWorker(Worker):
    """arq's, whose clockwork goes on when the system's clock is set: arq would wait until it is late enough again, or catch
    up on every tick in between."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._jumps = clock.Jumps()

    async def run_cron(self, n: datetime, delay: float, num_windows: int = 2) -> None:
        listening = Listening.of(self.ctx)
        if jumped := self._jumps.since_last():
            log.warning("this machine's clock was set by %+.0f s", jumped)
            await queue.note_clock(jumped=jumped)
            # A machine put back with its memory wakes up so: Twilio is asked again
            self.ctx.setdefault("asked", set()).clear()
            listening.heard = False
            for job in self.cron_jobs:
                job.calculate_next(n)
        await super().run_cron(n, delay, num_windows)


def _worker(gateway: Twilio) -> Worker:
    return SteadyWorker(
        functions=settings.FUNCTIONS,
        cron_jobs=settings.CLOCKWORK,
        redis_pool=ArqRedis(ConnectionPool.from_url(config.settings().redis, socket_connect_timeout=2)),
        # arq copies it for each job; the sets are the same for all of them
        ctx={"twilio": gateway, "asked": set(), "draining": set(), "listening": Listening()},
        handle_signals=False,
        poll_delay=0.1,
        max_jobs=settings.MOST_AT_ONCE,
        job_timeout=settings.JOB_SECONDS,
        keep_result=0,
        max_tries=3,
        timezone=UTC,
        log_results=False,
    )


async def _end(worker: Worker, running: asyncio.Task[None]) -> None:
    """Takes no new job, gives running ones 8 s, closes the connections."""
    worker.allow_pick_jobs = False
    if tasks := list(worker.tasks.values()):
        await asyncio.wait(tasks, timeout=PATIENCE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    try:
        await worker.close()
    except Exception as error:
        log.debug("closing the worker: %s", error)
