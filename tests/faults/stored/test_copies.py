"""A copy of the installation runs beside it: two of them text by the same numbers. Or one database has two Valkeys, or gets an
old dump of its Valkey back. Nobody is texted twice, and the doctor says what is wrong."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.cast.stand_ins.simulated import valkey_command
from tests.cast.waiting import until
from tests.faults.bank import Bank, only_long, open_bank
from tests.faults.storm.backups import Backup, doctor
from webapp.rules.errors import RESTORED

pytestmark = [pytest.mark.timeout(480), pytest.mark.both]


async def stopped(bank: Bank) -> bool:
    return bool((await bank.look("stopped_by"))["code"] == RESTORED)


async def sent(bank: Bank, least: int) -> bool:
    return len(await bank.sent()) >= least


@only_long
async def test_a_copy_whose_worker_starts_sends_nothing_that_the_first_one_sent(db_url: str, tmp_path: Path) -> None:
    """The copy was made while texts were queued."""
    async with open_bank(tmp_path / "bank", db_url, 20, volunteers=1, rate=2) as (bank, _):
        bank.start_worker()
        await bank.click(12)
        await until(lambda: sent(bank, 3), 20, 0.1)
        backup = await asyncio.to_thread(Backup, bank)
        await until(lambda: sent(bank, 6), 20, 0.1)
        async with backup.beside(tmp_path / "copy") as copy:
            copy.start_worker()
            await until(lambda: stopped(copy), 30, 0.1)
            await bank.all_taken(12)
            assert sorted((await bank.texted()).values()) == [1] * 12
            assert "something else texts" in await doctor(copy, "--json")
            assert await doctor(bank, "--json") == ""
            copy.kill("worker")
            await copy.look("go_on")
        async with backup.beside(tmp_path / "other") as other:
            other.start_worker(broken="trusting")
            await until(bank.twice, 90, 0.1)  # the judge sees the copy that believes its database


async def test_a_copy_that_wakes_up_in_a_quiet_hour_is_noticed_when_it_texts(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 20, volunteers=1) as (bank, _):
        bank.start_worker()
        await bank.click(3)
        await bank.all_taken(3)
        backup = await asyncio.to_thread(Backup, bank)
        async with backup.beside(tmp_path / "copy") as copy:
            copy.start_worker()
            await copy.click(4)
            await copy.all_taken(7)
            await until(lambda: stopped(bank), 30, 0.1)
            assert "something else texts" in await doctor(bank, "--json")
            copy.kill("worker")
            await asyncio.sleep(4)  # until Twilio's list shows all
            assert await doctor(bank) == "" and (await bank.look("go_on"))["why_not"] == ""
            await bank.click(6)
            await bank.all_taken(13)
            assert sorted((await bank.texted()).values()) == [1] * 13
            copy.start_worker(broken="trusting")
            await copy.click(4)
            await until(bank.twice, 90, 0.1)  # the judge sees two that text the same people


@only_long
async def test_one_database_with_two_valkeys_texts_nobody_twice(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 40, volunteers=1) as (bank, _):
        second = bank.folder / "second.sock"
        bank.start("valkey2", valkey_command(str(bank.folder), str(second)))
        await until(second.exists)
        bank.start_worker()
        bank.start_worker(name="other", TEXTBANK_REDIS_URL=f"unix://{second}")
        await bank.click(20)
        await bank.all_taken(20)
        assert sorted((await bank.texted()).values()) == [1] * 20
        bank.kill("worker")
        bank.kill("other")
        bank.start_worker(broken="claim_after")
        bank.start_worker(name="other", broken="claim_after", TEXTBANK_REDIS_URL=f"unix://{second}")
        await bank.click(20)
        await until(bank.twice, 90, 0.1)  # the judge sees two that claim after their call


@only_long
async def test_an_old_dump_of_valkey_put_back_texts_nobody_twice(db_url: str, tmp_path: Path) -> None:
    """Its jobs are of texts that left long ago."""
    async with open_bank(tmp_path / "bank", db_url, 30, volunteers=1, rate=5) as (bank, _):
        bank.start_worker()
        await bank.click(10)
        await until(lambda: sent(bank, 2), 20, 0.1)
        await bank.save_valkey()
        kept = shutil.copy(bank.folder / "dump.rdb", bank.folder / "old.rdb")
        await bank.all_taken(10)
        for _ in range(2):
            bank.kill("valkey")
            (bank.folder / "valkey.sock").unlink(missing_ok=True)
            shutil.copy(kept, bank.folder / "dump.rdb")
            bank.start_valkey()
            await bank.click(5)
            await asyncio.sleep(3)
        await bank.all_taken(20)
        assert sorted((await bank.texted()).values()) == [1] * 20
