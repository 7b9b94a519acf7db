"""Jobs that run by the clock ask questions that both databases understand."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arq import cron

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp import database, queue
from webapp.models.outcomes import restoring
from webapp.workers import main, settings
from webapp.workers.sending import draining

JOBS = {job.coroutine.__qualname__: job.coroutine for job in settings.CLOCKWORK}
OFTEN = [j.coroutine.__qualname__ for j in settings.CLOCKWORK if isinstance(j.second, set) and j.minute is None]


@pytest.mark.both
@pytest.mark.parametrize("name", sorted(JOBS))
async def test_a_job_of_the_clockwork_runs_to_its_end(cast: Cast, ctx: dict, name: str) -> None:
    await texted(cast)
    await says(cast, "take me off your list")
    await JOBS[name](ctx)


@pytest.mark.parametrize("name", sorted(OFTEN))
async def test_a_job_of_every_few_seconds_writes_nothing_where_there_is_nothing_to_do(
    cast: Cast, ctx: dict, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a transaction keeps everybody else waiting."""
    await texted(cast)
    await JOBS[name](ctx)
    begun, transaction = [], database.transaction

    async def counted(body: Callable[[], Awaitable[Any]]) -> Any:
        begun.append(body)
        return await transaction(body)

    monkeypatch.setattr(database, "transaction", counted)
    await JOBS[name](ctx)
    assert begun == []


@pytest.mark.both
async def test_the_newest_claim_is_read(cast: Cast) -> None:
    assert await restoring.newest_claim() is None


@pytest.mark.parametrize("hours", [2, -2])
async def test_the_clockwork_goes_on_at_once_after_the_clock_was_set(
    db: None, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """arq alone would stand still for two hours, or run every tick of the last two."""
    job = cron(draining.sweep, second=set(range(0, 60, 5)), run_at_startup=True)
    asked = {1}
    worker = main.SteadyWorker(cron_jobs=[job], redis_pool=queue.pool(), handle_signals=False, ctx={"asked": asked})
    now = datetime.now(UTC)
    await worker.run_cron(now, 0.5)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    then = now + timedelta(hours=hours)
    await worker.run_cron(then, 0.5)
    assert job.next_run and timedelta() <= job.next_run - then <= timedelta(seconds=6)
    assert abs((await queue.signs()).jumped - hours * 3600) < 2, "and the office is told"
    assert not asked, "Twilio is asked again: a machine put back with its memory wakes up so"
