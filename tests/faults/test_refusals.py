"""Twilio refuses the account, its lists lag or fail, or it is out: nothing is lost, nobody is texted twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cast.waiting import until
from tests.faults.bank import LONG, Bank, only_long, open_bank

pytestmark = pytest.mark.timeout(400)
AT_THE_CALL = [10001, 20003, 20005, 20403, 20404, 21606, 21611, 30002, 30034, 21999]  # the last is known to nobody
PAGES = [401, 403, 404]  # of HTML, with such a status
LATER = [10001, 20003, 30002, 30024, 30032, 30034]  # told by a status, after Twilio took the text
LAG = 4.5  # seconds; six minutes where three looks go over eight
OUTAGE = 96.0 if LONG else 4.0  # seconds; the longest rest is 4 s instead of 300
HANDFUL = 11  # three numbers with three failures each, and the two calls that hang: after a failure one call at a time


@pytest.mark.both
async def test_a_refused_account_stops_the_campaign_and_loses_nothing(db_url: str, tmp_path: Path) -> None:
    faults = [("code", code) for code in AT_THE_CALL] + [("html", page) for page in PAGES]
    faults += [("fail", code) for code in LATER]
    faults = faults if LONG else faults[::6]
    async with open_bank(tmp_path / "bank", db_url, 3 * len(faults) + 3, volunteers=1) as (bank, _):
        bank.start_web()
        bank.start_worker()
        await until(bank.web_answers)
        for n, (do, code) in enumerate(faults, 1):
            await bank.plan(do, code=code)
            await bank.click(3)
            await until(lambda: stopped_by(bank, code), 20, 0.1)  # noqa: B023
            assert (await bank.look("go_on"))["why_not"] == ""
            await bank.all_taken(3 * n)
        assert sorted((await bank.texted()).values()) == [1] * 3 * len(faults)
        assert (await bank.look("recount"))["differences"] == []
        bank.kill("worker")
        bank.start_worker(broken="burning")
        await bank.plan("code", code=20003)
        await bank.click(3)
        await until(lambda: rejected(bank), 20, 0.1)  # the judge sees a text that is lost


async def stopped_by(bank: Bank, code: int) -> bool:
    return bool((await bank.look("stopped_by"))["code"] == code)


async def rejected(bank: Bank) -> bool:
    return (await bank.look("texts")).get("out initial rejected") == 1


@only_long
@pytest.mark.both
async def test_texts_hidden_from_lists_that_lag_and_fail_are_not_sent_again(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 12, volunteers=1) as (bank, _):
        bank.environment["PATIENCE"] = "0.4"
        bank.start_worker()
        await lose_answers(bank, 4)
        for fault in ("list_500", "list_cut", "list_timeout"):
            await bank.plan(fault, times=2, seconds=1.0)
        await bank.click(6)
        await bank.all_taken(6)
        assert sorted((await bank.texted()).values()) == [1] * 6
        bank.kill("worker")
        bank.start_worker(broken="hasty")
        await lose_answers(bank, 4)
        await bank.click(6)
        await until(bank.twice, 30, 0.2)  # the judge sees the build that looks once


async def lose_answers(bank: Bank, texts: int) -> None:
    """Twilio takes so many texts without telling, and lists them minutes later."""
    await bank.plan("hide", times=texts, seconds=LAG * 0.4)
    await bank.plan("reset_after", times=texts)


@only_long
@pytest.mark.both
async def test_an_outage_makes_a_handful_unknown_and_all_are_texted_after_it(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 110, volunteers=1, bucket=110, rate=4) as (bank, _):
        bank.start_worker()
        await bank.click(9)
        await bank.all_taken(9)  # it has asked for the newest texts of each number, so an outage may cost texts
        left = await an_outage(bank, 45, OUTAGE)
        print(f"unknown after an outage of {OUTAGE} s: {left}")
        assert 0 < left <= HANDFUL
        await bank.all_taken(54)
        assert sorted((await bank.texted()).values()) == [1] * 54
        bank.kill("worker")
        bank.start_worker(broken="tireless")
        await bank.click(9)
        await bank.all_taken(63)
        assert await an_outage(bank, 45, 4) > 2 * HANDFUL  # the judge sees the build that goes on


async def an_outage(bank: Bank, people: int, seconds: float) -> int:
    """Every call and list fails or is not answered. Returns how many texts had an attempt of unknown outcome by its end."""
    for do, times in (("timeout_before", 2), ("500", 10**9), ("list_timeout", 2), ("list_500", 10**9)):
        await bank.plan(do, times=times, seconds=3.0)
    await bank.click(people)
    await asyncio.sleep(seconds)
    tried = sum(text["attempts"] != "0" for text in (await bank.look("open")).values())
    await bank.end_faults()
    return int(tried)
