"""Workers that send webhooks are killed at seeded moments: each event arrives, at least once and with one id (SPEC B7)."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cast import Cast, forked
from tests.cast.stand_ins.hooks import Taker, taker, wants
from tests.faults.bank import ROOT, SEED
from webapp import clock, config
from webapp.models.hooks.event import TAKEN, HookEvent
from webapp.models.opt_outs.many import opt_out_many
from webapp.rules.hooks import events

pytestmark = [pytest.mark.both, pytest.mark.timeout(300)]
PHONES, KILLS = 20, 4


async def run(folder: Path, die: str = "", broken: str = "") -> int:
    """A worker until it dies or nothing is left. Returns its exit code."""
    command = [sys.executable, "-m", "tests.faults.telling.hook_worker", config.settings().database, str(folder)]
    environment = os.environ | {"DIE": die, "BROKEN": broken, "PYTHONPATH": str(ROOT)}
    return (await asyncio.to_thread(forked.run, command, environment)).returncode


async def killed_often(cast: Cast, there: Taker, folder: Path, broken: str = "") -> None:
    """Everybody opts out; the workers that tell of it are killed."""
    config.use(replace(config.settings(), secret_key="s"))
    clock.freeze(None)
    await wants(cast.selina, there.url, events.OPT_OUT)
    await opt_out_many(cast.meyer, [f"+1412555{1000 + n}" for n in range(PHONES)], "admin", None)
    dice = random.Random(SEED)
    for n in range(KILLS):
        assert await run(folder, f"{('claimed', 'called')[n % 2]}:{dice.randint(1, 3)}", broken) < 0
    assert await run(folder, broken=broken) == 0


async def test_events_with_workers_killed_at_seeded_moments_all_arrive(cast: Cast, tmp_path: Path) -> None:
    async with taker() as there:
        await killed_often(cast, there, tmp_path)
        arrived = Counter(headers["webhook-id"] for headers, _ in there.taken)
        assert len(arrived) == PHONES, f"seed {SEED}: {arrived}"
        assert sum(arrived.values()) == PHONES + KILLS // 2, "only those whose answer was lost came twice"
        assert await HookEvent.filter(state=TAKEN).count() == PHONES
        bodies = {headers["webhook-id"]: body for headers, body in there.taken}
        assert all(bodies[headers["webhook-id"]] == body for headers, body in there.taken)


async def test_the_judge_catches_a_build_that_forgets_what_a_dead_worker_had(cast: Cast, tmp_path: Path) -> None:
    async with taker() as there:
        await killed_often(cast, there, tmp_path, broken="yes")
        arrived = {headers["webhook-id"] for headers, _ in there.taken}
        assert len(arrived) < PHONES, "a control that is not caught proves nothing"
