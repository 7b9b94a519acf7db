"""Machines whose clocks are wrong, are set, or stand still while they sleep: nobody is texted twice or late, nobody waits."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cast.waiting import until
from tests.faults.bank import Bank, only_long, open_bank
from tests.faults.bank.volunteer import Volunteer

pytestmark = pytest.mark.timeout(240)
NEW_YORK = ZoneInfo("America/New_York")
WRONG = 600.0  # seconds
TWO_HOURS = 7200.0


async def set_time(bank: Bank, hour: int, minute: int, second: int = 0) -> None:
    """The right time, for everybody; processes read it again each second."""
    at = datetime(2026, 11, 24, hour, minute, second, tzinfo=NEW_YORK)
    fresh = bank.folder / "var" / "clock.new"
    fresh.write_text(repr((at - datetime.now(UTC)).total_seconds()))
    fresh.replace(bank.folder / "var" / "clock")
    await asyncio.sleep(1.1)


async def fall_asleep(bank: Bank, name: str, broken: str = "") -> float:
    """A machine claims a text and sleeps before its call. Returns when."""
    await bank.click(1)
    bank.set_clocks(name, 0.0)
    bank.start_worker(name=name, sleep=1, broken=broken)
    await bank.asleep(name)
    return time.monotonic()


@pytest.mark.both
async def test_a_machine_that_slept_between_claim_and_call_sends_nothing_twice(db_url: str, tmp_path: Path) -> None:
    """Its steady clock stood still, and another machine's worker has made the second attempt. One build is broken."""
    async with open_bank(tmp_path / "bank", db_url, 4, volunteers=1) as (bank, _):
        bank.environment["PATIENCE"] = "0.4"
        one, other = await fall_asleep(bank, "right"), await fall_asleep(bank, "sleepy", "sleepy")
        bank.start_worker(name="awake")
        await bank.all_taken(2)
        bank.wake("right", time.monotonic() - one)
        await asyncio.sleep(1.5)
        assert sorted((await bank.texted()).values()) == [1, 1]
        bank.wake("sleepy", time.monotonic() - other)
        await until(bank.twice, 10, 0.1)  # the judge sees the broken build's second text
        assert len(await bank.twice()) == 1


@only_long
@pytest.mark.both
async def test_a_machine_that_slept_over_the_window_s_end_sends_nothing_late(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 4, volunteers=1) as (bank, _):
        one, other = await fall_asleep(bank, "right"), await fall_asleep(bank, "sleepy", "sleepy")
        await set_time(bank, 21, 30)
        bank.wake("right", time.monotonic() - one)
        await asyncio.sleep(2)
        assert await bank.sent() == []
        bank.wake("sleepy", time.monotonic() - other)
        await until(bank.sent, 10, 0.1)  # the broken build's, at half past nine


@pytest.mark.postgres
async def test_machines_ten_minutes_off_text_in_the_hours_and_not_after(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 45, volunteers=1) as (bank, made):
        for name, ahead in (("web", WRONG), ("ahead", WRONG), ("behind", -WRONG)):
            bank.set_clocks(name, ahead)
        await set_time(bank, 20, 40)
        bank.start_web()
        await bank.click(5)
        await set_time(bank, 21, 0, 30)
        bank.start_worker(name="behind", broken="own_clock")
        await until(bank.sent, 20, 0.1)  # the judge sees texts of a build that goes by its own clock
        bank.kill("behind")
        await set_time(bank, 20, 40)
        late = len(await bank.sent())
        bank.start_worker(name="ahead")
        bank.start_worker(name="behind")
        await until(bank.web_answers, 20)
        person = Volunteer(bank, made["emails"][0])
        await person.log_in()
        assert await person.text_all(made["action"]) >= 40
        await bank.all_taken(45, 60)
        assert late and len(await bank.sent()) == 45
        await person.close()


@only_long
@pytest.mark.postgres
async def test_machines_ten_minutes_off_let_nothing_leave_after_hours(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 10, volunteers=1) as (bank, _):
        await set_time(bank, 20, 40)
        await bank.click(10)
        await set_time(bank, 21, 0, 30)
        for name, ahead in (("ahead", WRONG), ("behind", -WRONG)):
            bank.set_clocks(name, ahead)
            bank.start_worker(name=name)

        async def refused() -> bool:
            return not [name for name in await bank.look("texts") if name.endswith(("queued", "sending"))]

        await until(refused, 30, 0.2)
        assert await bank.sent() == []


@only_long
@pytest.mark.both
async def test_a_clock_that_is_set_two_hours_forward_and_back_delays_nobody(db_url: str, tmp_path: Path) -> None:
    """Of the only machine; where the database is on another, its clock stays right."""
    async with open_bank(tmp_path / "bank", db_url, 24, volunteers=1, rate=3) as (bank, _):
        bank.one_machine = "sqlite" in db_url
        await wait_for_a_wrong_time(bank)
        await asyncio.sleep(4)
        assert await bank.sent() == []  # the judge sees that people wait
        bank.kill("worker")
        bank.start_worker()
        await bank.all_taken(4, 20)
        await bank.click(8)
        for ahead in (TWO_HOURS, 0.0):
            set_all(bank, ahead)
            await bank.click(6)
            await asyncio.sleep(1.5)
        await bank.all_taken(24, 20)
        assert await bank.twice() == []


async def wait_for_a_wrong_time(bank: Bank) -> None:
    """Texts are clicked while the clock is wrong, and a broken build waits until it is that late."""
    set_all(bank, TWO_HOURS)
    bank.environment["BROKEN"] = "own_clock"
    await bank.click(4)
    bank.environment["BROKEN"] = ""
    bank.kill("look")
    set_all(bank, 0.0)
    bank.start_worker(broken="own_clock,no_correcting")


def set_all(bank: Bank, ahead: float) -> None:
    for name in ("worker", "look"):
        bank.set_clocks(name, ahead)
