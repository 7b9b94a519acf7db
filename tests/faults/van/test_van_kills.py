"""Workers that send to VAN are killed at seeded moments: each fact is there once, or waits for a person (SPEC B3)."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast, forked
from tests.cast.van import WILL_VOTE, maps, set_key, tag_of, the_van
from tests.faults.bank import ROOT, SEED
from tests.faults.van.van_simulator import Simulator
from webapp import clock, config
from webapp.database import transaction
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.van import mapping
from webapp.models.van.fact import DOUBT, SENT, VanFact
from webapp.simulator.van.store import KEY

pytestmark = [pytest.mark.both, pytest.mark.timeout(300)]
PEOPLE, KILLS = 30, 6


def run(folder: Path, van: Simulator, die: str = "", broken: str = "") -> int:
    """A worker until it dies or nothing is left. Returns its exit code."""
    command = [
        sys.executable,
        "-m",
        "tests.faults.van.van_worker",
        config.settings().database,
        van.url + "/v4",
        str(folder),
    ]
    environment = os.environ | {"DIE": die, "BROKEN": broken, "PYTHONPATH": str(ROOT)}
    return forked.run(command, environment).returncode


async def many_facts(cast: Cast, van: Simulator) -> None:
    """Everybody gets a tag that leads to a code of VAN's; the facts have settled."""
    config.use(replace(config.settings(), secret_key="s"))
    clock.freeze(None)
    await set_key(cast.selina, KEY, 1)
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id)
    people = [await cast.add_contact(f"+1412555{1000 + n}", van_id=str(1_000 + n)) for n in range(PEOPLE)]
    numbers = {one.van_id: one.phone.removeprefix("+1") for one in await Contact.filter(id__in=[p.id for p in people])}
    httpx.post(van.url + "/control/faults", json={"people": numbers})
    rows = [{"contact_id": one.id, "tag_id": (await tag_of(cast)).id} for one in people]
    await transaction(lambda: many_at_once.add_tags(rows, None))
    van_id = (await the_van(cast)).id
    await transaction(lambda: VanFact.all().update(van=van_id, changed_at=clock.now(), due_at=clock.now()))


def killed_often(folder: Path, van: Simulator, broken: str = "") -> int:
    dice, died = random.Random(SEED), 0
    for n in range(KILLS):
        died += run(folder, van, f"{('claimed', 'called')[n % 2]}:{dice.randint(1, 4)}", broken) < 0
    assert run(folder, van, broken=broken) == 0
    return died


async def test_facts_with_workers_killed_at_seeded_moments_reach_van_once(cast: Cast, tmp_path: Path) -> None:
    van = Simulator()
    try:
        await many_facts(cast, van)
        assert killed_often(tmp_path, van) == KILLS
        states = Counter([one.state for one in await VanFact.all()])
        assert states[DOUBT] == KILLS and states[SENT] == PEOPLE - KILLS, f"seed {SEED}: {states}"
        assert max(van.taken().values()) == 1 and len(van.taken()) >= PEOPLE - KILLS, f"seed {SEED}"
    finally:
        van.stop()


async def test_the_judge_catches_a_build_that_repeats_a_lost_fact(cast: Cast, tmp_path: Path) -> None:
    van = Simulator()
    try:
        await many_facts(cast, van)
        killed_often(tmp_path, van, broken="yes")
        assert max(van.taken().values()) > 1, "a control that is not caught proves nothing"
    finally:
        van.stop()
