"""Nobody is texted twice and nobody is forgotten, whoever is killed when. Real processes; the simulator judges."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.cast.waiting import until
from tests.faults.bank import KILLS, SEED, Bank, open_bank
from tests.faults.bank.volunteer import Volunteer

PEOPLE = max(200, 40 * KILLS)  # more than the moments below can use up: else a process waits for one that never comes

pytestmark = pytest.mark.timeout(300 + 10 * KILLS)


async def keep_killing_the_worker(bank: Bank, dice: random.Random, kills: int) -> None:
    """Each worker dies at a seeded moment: between claim and call, between Twilio's answer and its
    record, or right after it."""
    for _ in range(kills):
        worker = bank.start_worker(die=f"{dice.choice(('claimed', 'called', 'recorded'))}:{dice.randint(1, 25)}")
        await bank.ended(worker, 90)
    bank.start_worker()


async def keep_killing_the_web(bank: Bank, dice: random.Random, kills: int, clicked: asyncio.Event) -> None:
    """Each web process dies in a click's transaction, after its commit, or around the storing of a webhook; or where the
    last of the clicks came before its moment."""
    first = dice.randrange(4)
    for n in range(first, first + kills):
        die = ("inside", "clicked", "webhook", "stored")[n % 4]
        web = bank.start_web(die=f"{die}:{dice.randint(5, 40)}")
        of_a_click = die in ("inside", "clicked")
        await until(lambda: web.poll() is not None or (of_a_click and clicked.is_set()), 90)  # noqa: B023
        bank.kill("web")
    bank.start_web()


async def everything_sent(bank: Bank, people: int) -> bool:
    """A text that two workers died with is unknown a second time: there staff look and decide (X2)."""
    texts = await bank.look("texts")
    if texts.get("out initial unknown"):
        print("staff decide:", await bank.look("decided", *{text["to"] for text in await bank.sent()}))
    return bool(texts.get("out initial taken", 0) == people)


@pytest.mark.both
async def test_texts_with_worker_and_web_killed_at_seeded_moments_reach_each_phone_once(
    db_url: str, tmp_path: Path
) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    dice = random.Random(SEED)
    async with open_bank(tmp_path / "bank", db_url, PEOPLE) as (bank, made):
        clicked, web_kills = asyncio.Event(), 4 if KILLS > 4 else 3
        killers = [
            asyncio.create_task(keep_killing_the_web(bank, random.Random(dice.random()), web_kills, clicked)),
            asyncio.create_task(keep_killing_the_worker(bank, random.Random(dice.random()), KILLS)),
        ]
        people = [Volunteer(bank, email, deck=n % 2 == 0) for n, email in enumerate(made["emails"])]

        async def text(volunteer: Volunteer) -> int:
            await volunteer.log_in()
            return await volunteer.text_all(made["action"])

        clicks = await asyncio.gather(*(text(person) for person in people))
        clicked.set()
        await asyncio.gather(*killers)
        try:
            await until(lambda: everything_sent(bank, PEOPLE), 120, 1)
        except AssertionError as error:
            raise AssertionError(f"{await bank.look('texts')} {await bank.look('open')}, seed {SEED}") from error
        sent = Counter(text["to"] for text in await bank.sent())
        assert sum(clicks) >= PEOPLE
        assert [phone for phone, times in sent.items() if times > 1] == [], f"texted twice, seed {SEED}"
        assert set(sent) == set(made["phones"]), f"forgotten, seed {SEED}"
        assert (await bank.look("recount"))["differences"] == []
        for person in people:
            await person.close()


@pytest.mark.both
async def test_the_judge_catches_a_build_that_records_its_claim_after_the_call(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 30, volunteers=1) as (bank, made):
        bank.start_web()
        await until(bank.web_answers)
        person = Volunteer(bank, made["emails"][0])
        await person.log_in()
        await person.text_all(made["action"])
        for _ in range(3):
            await bank.ended(bank.start_worker(die="called:3", broken="claim_after"))
        sent = Counter(text["to"] for text in await bank.sent())
        assert [phone for phone, times in sent.items() if times > 1], "the harness would not see a double text"
        await person.close()


async def test_the_judge_catches_a_build_that_heeds_no_stop(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 5, volunteers=1) as (bank, made):
        with contextlib.closing(sqlite3.connect(db_url.removeprefix("sqlite://"))) as file:
            file.execute("DROP TRIGGER no_text_after_opt_out")
        bank.start_web(broken="deaf")
        await until(bank.web_answers)
        person = Volunteer(bank, made["emails"][0])
        await person.log_in()
        await person.text_all(made["action"])
        said = {"from": made["phones"][0], "to": made["numbers"][0], "body": "STOP"}
        async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
            await twilio.post("/simulator/replies", json=said)
        await until(lambda: stopped(bank, made["phones"][0]), 30, 0.3)
        bank.start_worker(broken="deaf")
        await until(lambda: claimed_after_stop(bank), 30, 0.3)
        await person.close()


async def claimed_after_stop(bank: Bank) -> bool:
    return bool((await bank.look("after_stop"))["texts"])


async def stopped(bank: Bank, phone: str) -> bool:
    return phone in (await bank.look("after_stop"))["stopped"]


@pytest.mark.both
async def test_replies_and_stops_that_come_while_the_web_is_dead_are_taken_in_once(db_url: str, tmp_path: Path) -> None:
    """For a minute in the long runs."""
    async with open_bank(tmp_path / "bank", db_url, 25, volunteers=1) as (bank, made):
        bank.start_web()
        bank.start_worker()
        await until(bank.web_answers)
        person = Volunteer(bank, made["emails"][0])
        await person.log_in()
        await person.text_all(made["action"])
        await until(lambda: everything_sent(bank, 25), 30, 0.3)
        sent = await bank.sent()
        bank.kill("web")
        said = ["Where do I vote?"] * 20 + ["STOP"] * 3
        async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
            for text, words in zip(sent, said, strict=False):
                await twilio.post("/simulator/replies", json={"from": text["to"], "to": text["from"], "body": words})
        await asyncio.sleep(60 if KILLS > 4 else 0)
        bank.start_web()

        async def taken_in() -> bool:
            return bool((await bank.look("texts")).get("in inbound received", 0) == 23)

        await until(taken_in, 60, 0.5)
        page = await person.press("GET", "/c/meyer/inbox?show=all")
        assert "Where do I vote?" in page.text
        assert "STOP" not in page.text.split('id="threads"')[1]
        assert len((await bank.look("after_stop"))["stopped"]) == 3
        assert (await bank.look("recount"))["differences"] == []
        await person.close()
