"""A scheduled action goes live once, within a minute of its time, with two workers of which one dies and comes back (A9)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cast.waiting import until
from tests.faults.bank import Bank, open_bank

pytestmark = pytest.mark.timeout(180)


@pytest.mark.both
async def test_a_scheduled_action_goes_live_once_with_two_workers_and_a_restart_in_between(
    db_url: str, tmp_path: Path
) -> None:
    async with open_bank(tmp_path / "bank", db_url, 5) as (bank, _):
        bank.start_worker(name="one")
        bank.start_worker(name="two")
        assert (await bank.look("scheduled", "12"))["why_not"] is None
        await asyncio.sleep(6)
        assert (await bank.look("published"))["state"] == "draft"
        bank.kill("one")  # in the middle of whatever it does
        bank.start_worker(name="one")
        await until(lambda: _is_public(bank), 75)
        bank.kill("two")
        bank.start_worker(name="two")
        await asyncio.sleep(17)  # one more tick of the clockwork, and both have begun with one
        told = await bank.look("published")
        assert told["times"] == 1 and 0 <= told["late"] <= 60, told


async def _is_public(bank: Bank) -> bool:
    return bool((await bank.look("published"))["state"] == "public")
