"""A web process on a campaign with cards to click."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

from bench import bank
from bench.speed import campaign, side, statements
from bench.speed.floor import Floor
from bench.speed.stage import Stage
from tests.cast.waiting import until
from webapp import clock
from webapp.config import Settings


@contextlib.asynccontextmanager
async def running(folder: Path, contacts: int, floors: bool = True) -> AsyncIterator[tuple[bank.Bank, Stage]]:
    """Without ``floors`` all cards are left to the load."""
    async with bank.running(folder) as mine:
        clock.set_to(clock.now().replace(hour=19, minute=0))
        stage = await bank.in_new_database(mine.settings.database, lambda: _stage(mine.settings, contacts, floors))
        mine.textbank("web")
        side.find_processes(stage, folder)
        await until(lambda: bank.answers(stage.url, "/health"), 120)
        yield mine, stage


async def _stage(settings: Settings, contacts: int, floors: bool) -> Stage:
    cards, starters = await campaign.make(contacts)
    random.Random(1).shuffle(cards)
    floor = Floor(settings.database)
    stage = Stage(settings.public_url, settings.database, cards, starters, floor, floor, floor)
    if floors:
        await statements.record(stage)
    return stage
