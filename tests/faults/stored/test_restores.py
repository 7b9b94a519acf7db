"""The database, the data folder or the whole machine is put back while texts leave: nobody is texted twice, all in the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cast.waiting import until
from tests.faults.bank import LONG, Bank, open_bank
from tests.faults.storm.backups import Backup, doctor
from webapp.rules.errors import RESTORED

pytestmark = pytest.mark.timeout(240)
PEOPLE = 40
WHAT = {"database": (True, False), "folder": (False, True), "machine": (True, True)}


@pytest.mark.both
@pytest.mark.parametrize("what", WHAT if LONG else ["machine"])
async def test_nobody_is_texted_twice_after_a_restore_and_everybody_in_the_end(
    db_url: str, tmp_path: Path, what: str
) -> None:
    async with open_bank(tmp_path / "bank", db_url, PEOPLE, volunteers=1, rate=5) as (bank, _):
        bank.start_worker()
        await bank.click(15)
        await until(lambda: sent(bank, 3), 20, 0.1)
        backup = Backup(bank)
        await bank.click(10)
        await until(lambda: sent(bank, 20), 20, 0.1)
        await put_back(bank, backup, what)
        if what != "folder":
            bank.start_worker(broken="trusting")
            await bank.click(10)
            await until(bank.twice, 90, 0.1)  # the judge sees the broken build
            await put_back(bank, backup, what)
        twice = await bank.twice()
        if what != "folder":
            bank.start_worker()
            await until(lambda: stopped(bank), 30, 0.1)
            bank.kill("worker")
            assert await doctor(bank) == "" and (await bank.look("go_on"))["why_not"] == ""
        bank.start_worker()
        await bank.look("clicked", str(PEOPLE))
        await until(lambda: everybody(bank), 60, 0.3)
        assert await bank.twice() == twice
        assert (await bank.look("recount"))["differences"] == []
        if what == "folder":
            await put_back(bank, backup, what)
            bank.start_worker(broken="trusting,noting")
            await until(bank.twice, 60, 0.1)  # the judge sees the build that believes its data folder


async def put_back(bank: Bank, backup: Backup, what: str) -> None:
    """Every process is gone, as when the machine is switched off."""
    for name in ("worker", "look", *(["valkey"] if what == "machine" else [])):
        bank.kill(name)
    await backup.put_back(*WHAT[what])
    if what == "machine":
        (bank.folder / "valkey.sock").unlink(missing_ok=True)
        bank.start_valkey()
    await asyncio.sleep(0.5)


async def sent(bank: Bank, least: int) -> bool:
    return len(await bank.sent()) >= least


async def stopped(bank: Bank) -> bool:
    return bool((await bank.look("stopped_by"))["code"] == RESTORED)


async def everybody(bank: Bank) -> bool:
    return len(await bank.texted()) == PEOPLE
