"""A STOP to one of a thousand numbers is lost on its way, and each list takes 0.4 s: it is heard within two minutes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.cast.waiting import until
from tests.faults.bank import Bank, only_long, open_bank

NUMBERS = 1_000
SECONDS_A_LIST = 0.4
pytestmark = [pytest.mark.timeout(400), only_long]


@pytest.mark.both
async def test_a_stop_lost_at_one_of_a_thousand_numbers_is_heard_in_two_minutes(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 2, volunteers=1) as (bank, made):
        numbers = (await bank.look("numbers", str(NUMBERS)))["numbers"]
        await bank.plan("list_slow", times=10**9, seconds=SECONDS_A_LIST)
        first, second = made["phones"]
        bank.start_worker(broken="one_by_one")
        await lose_stop(bank, first, numbers[NUMBERS // 2])  # half of them before it, from whichever end
        await asyncio.sleep(20)
        assert await stopped(bank) == set()  # the judge sees that the broken build is slow
        bank.kill("worker")
        bank.start_worker()
        began = time.monotonic()
        await until(lambda: stopped(bank), 120, 0.3)
        await lose_stop(bank, second, numbers[320])
        await until(lambda: all_stopped(bank, {first, second}), 120, 0.3)
        print(f"two lost STOPs of {NUMBERS} numbers were heard in {time.monotonic() - began:.0f} s")


async def lose_stop(bank: Bank, phone: str, number: str) -> None:
    said = {"from": phone, "to": number, "body": "STOP", "deliver": False}
    async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
        await twilio.post("/simulator/replies", json=said)


async def stopped(bank: Bank) -> set[str]:
    return set((await bank.look("after_stop"))["stopped"])


async def all_stopped(bank: Bank, phones: set[str]) -> bool:
    return await stopped(bank) == phones
