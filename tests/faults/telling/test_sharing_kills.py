"""Workers that pass opt-outs on are killed at each step: every word arrives, of whoever was opted out already too (SPEC B9)."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from tests.cast import Cast, forked
from tests.cast.opt_outs import from_third, phones
from tests.faults.bank import ROOT, SEED
from webapp import clock, config
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.sharing import sharing
from webapp.models.sharing.sharing import OptOutSharing

pytestmark = [pytest.mark.both, pytest.mark.timeout(300)]
NEW = [f"+1412555{1000 + n}" for n in range(8)]
AGAIN = [f"+1412555{2000 + n}" for n in range(8)]


async def run(folder: Path, die: str = "", broken: str = "") -> int:
    """A worker until it dies or is done. Returns its exit code."""
    command = [sys.executable, "-m", "tests.faults.telling.sharing_worker", config.settings().database, str(folder)]
    environment = os.environ | {"DIE": die, "BROKEN": broken, "PYTHONPATH": str(ROOT)}
    return (await asyncio.to_thread(forked.run, command, environment)).returncode


async def killed_often(cast: Cast, folder: Path, broken: str = "") -> set[str]:
    """A third campaign's opt-outs of AGAIN had come to Meyer; then they, and NEW, opt out of Meyer. Returns Ryan's opt-outs in the end."""
    clock.freeze(None)
    await from_third(cast, AGAIN)
    await sharing.end(cast.selina, await OptOutSharing.get(with_slug="third"))
    await sharing.say(cast.jonah, "meyer")
    await opt_out_many(cast.meyer, NEW + AGAIN, "admin", None)
    dice = random.Random(SEED)
    for n in range(4):
        assert await run(folder, f"{('stored', 'committed')[n % 2]}:{dice.randint(1, 2)}", broken) < 0
    assert await run(folder, broken=broken) == 0
    return await phones(cast.ryan)


async def test_words_whose_workers_are_killed_at_each_step_all_arrive(cast: Cast, tmp_path: Path) -> None:
    assert await killed_often(cast, tmp_path) == {*NEW, *AGAIN}, f"seed {SEED}"


async def test_the_judge_catches_a_build_that_moves_its_cursor_first(cast: Cast, tmp_path: Path) -> None:
    assert await killed_often(cast, tmp_path, broken="yes") < {*NEW, *AGAIN}
