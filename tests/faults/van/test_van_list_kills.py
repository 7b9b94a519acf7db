"""Workers that bring a saved list of VAN's in are killed at each step: everybody is on the list once (SPEC B3, C1)."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast, forked
from tests.cast.van import set_key, the_van
from tests.faults.bank import ROOT, SEED
from tests.faults.van.van_simulator import Simulator
from webapp import clock, config
from webapp.database import transaction
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.imports.job import ContactImport
from webapp.models.van.fact import VanPerson
from webapp.models.van_lists import listed, loading
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.simulator.van.store import KEY

pytestmark = [pytest.mark.both, pytest.mark.timeout(300)]
PEOPLE, LIST = 40, 7_777
STEPS = ("asked", "noted", "fetched", "begun", "stored", "stored")


def run(folder: Path, van: Simulator, die: str = "") -> int:
    """A worker until it dies or nothing is left. Returns its exit code."""
    command = [sys.executable, "-m", "tests.faults.van.van_list_worker"]
    command += [config.settings().database, van.url + "/v4", str(folder)]
    environment = os.environ | {"DIE": die, "PYTHONPATH": str(ROOT)}
    return forked.run(command, environment).returncode


async def a_list(cast: Cast, van: Simulator) -> None:
    config.use(replace(config.settings(), secret_key="s"))
    clock.freeze(None)
    numbers = {str(2_000 + n): f"412555{2_000 + n}" for n in range(PEOPLE)}
    lists = {str(LIST): ["Everybody", [int(one) for one in numbers]]}
    httpx.post(van.url + "/control/faults", json={"people": numbers, "lists": lists})
    await set_key(cast.selina, KEY, 1)
    await listed.note(await the_van(cast), [(LIST, "Everybody", PEOPLE)])
    await loading.start(cast.gary, await VanList.get(saved_list_id=LIST))


async def test_a_list_whose_workers_are_killed_at_each_step_comes_in_once(cast: Cast, tmp_path: Path) -> None:
    van, dice = Simulator(), random.Random(SEED)
    try:
        await a_list(cast, van)
        died = [run(tmp_path, van, f"{step}:{dice.randint(1, 3) if step == 'stored' else 1}") < 0 for step in STEPS]
        assert all(died), f"seed {SEED}: {died}"
        assert run(tmp_path, van) == 0
        await _everybody_once()
    finally:
        van.stop()


async def _everybody_once() -> None:
    assert [one.status for one in await VanLoad.all()] == ["done"]
    [job] = await ContactImport.filter(list_name="Everybody")
    assert (job.status, job.created, job.refused, job.merged) == ("done", PEOPLE, 0, 0)
    row = await ContactList.get(name="Everybody")
    on_it = [m.contact for m in await ListMembership.filter(contact_list=row).prefetch_related("contact")]
    assert sorted(int(one.van_id) for one in on_it) == [2_000 + n for n in range(PEOPLE)] and row.size == PEOPLE
    known = {one.contact_id: one.phone_id for one in await VanPerson.all()}
    assert {known[one.id] for one in on_it} == {52_000 + n for n in range(PEOPLE)}


async def test_the_judge_sees_a_list_that_came_in_twice(cast: Cast, tmp_path: Path) -> None:
    van = Simulator()
    try:
        await a_list(cast, van)
        assert run(tmp_path, van) == 0
        await transaction(lambda: VanLoad.all().update(status="waiting", next_at=clock.now(), job_id=None))
        assert run(tmp_path, van) == 0
        with pytest.raises(ValueError, match="too many values"):
            await _everybody_once()
    finally:
        van.stop()
