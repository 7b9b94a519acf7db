"""Workers are killed while opt-in forms text: each sign-up is asked once, each YES is answered once (SPEC B2, X1)."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.cast.waiting import until
from tests.faults.bank import SEED, Bank, only_long, open_bank

pytestmark = pytest.mark.timeout(400)
PEOPLE = 30
MOMENTS = ("marked", "texted", "claimed", "called")


async def killed_at_each_moment(bank: Bank, dice: random.Random) -> None:
    for moment in MOMENTS:
        await bank.ended(bank.start_worker(die=f"{moment}:{dice.randint(1, 4)}"), 90)
    bank.start_worker()


async def everybody_has(bank: Bank, phones: list[str], texts: int) -> None:
    """Until each phone has so many texts, and none is under way. Staff decide texts that are unknown a second time."""

    async def there() -> bool:
        sent = await bank.texted()
        open_ones = await bank.look("open")
        if any(text["status"] == "unknown" for text in open_ones.values()):
            await bank.look("decided", *sent)
        return not open_ones and all(sent[phone] >= texts for phone in phones)

    await until(there, 120, 0.3)


async def say_yes(bank: Bank, phones: list[str]) -> None:
    from_number = {text["to"]: text["from"] for text in await bank.sent()}
    async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
        for phone in phones:
            said = {"from": phone, "to": from_number[phone], "body": "Yes"}
            await twilio.post("/simulator/replies", json=said)
    await until(lambda: all_confirmed(bank), 60, 0.3)


async def all_confirmed(bank: Bank) -> bool:
    return bool((await bank.look("confirmed"))["confirmed"] == PEOPLE)


async def over(bank: Bank) -> None:
    """Until no sign-up wants a text and none is under way."""

    async def there() -> bool:
        return not (await bank.look("wanting"))["wanting"] and not await bank.look("open")

    await until(there, 120, 0.3)


async def signed_up(bank: Bank) -> list[str]:
    bank.start_web()
    await until(bank.web_answers, 60)
    phones: list[str] = (await bank.look("signed_up", str(PEOPLE)))["phones"]
    return phones


@only_long
@pytest.mark.both
async def test_sign_ups_whose_workers_are_killed_are_asked_once_and_answered_once(db_url: str, tmp_path: Path) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    dice = random.Random(SEED)
    async with open_bank(tmp_path / "bank", db_url, 5, volunteers=1) as (bank, _):
        phones = await signed_up(bank)
        await killed_at_each_moment(bank, dice)
        await everybody_has(bank, phones, 1)
        assert Counter(await bank.texted()) == Counter(phones), f"asked twice, seed {SEED}"
        bank.kill("worker")
        await say_yes(bank, phones)  # the web process takes it in
        await killed_at_each_moment(bank, dice)
        await everybody_has(bank, phones, 2)
        words = Counter((text["to"], text["body"][:10]) for text in await bank.sent())
        assert set(words.values()) == {1} and len(words) == 2 * PEOPLE, f"seed {SEED}: {words.most_common(3)}"
        assert (await bank.look("recount"))["differences"] == []


@only_long
@pytest.mark.both
async def test_the_judge_catches_a_build_that_notes_a_text_before_it_makes_it(db_url: str, tmp_path: Path) -> None:
    async with open_bank(tmp_path / "bank", db_url, 5, volunteers=1) as (bank, _):
        phones = await signed_up(bank)
        await bank.ended(bank.start_worker(die="marked:2", broken="forgetful"), 90)
        bank.start_worker(broken="forgetful")
        await over(bank)
        assert len(await bank.texted()) < len(phones), "a control that is not caught proves nothing"


@only_long
@pytest.mark.both
async def test_the_judge_catches_a_build_that_notes_a_text_after_it_made_it(db_url: str, tmp_path: Path) -> None:
    """Of the first texts each would be refused a second time, by the gate and by the database: the follow-ups tell."""
    async with open_bank(tmp_path / "bank", db_url, 5, volunteers=1) as (bank, _):
        phones = await signed_up(bank)
        bank.start_worker()
        await everybody_has(bank, phones, 1)
        bank.kill("worker")
        await say_yes(bank, phones)
        await bank.ended(bank.start_worker(die="marked:2", broken="repeating"), 90)
        bank.start_worker(broken="repeating")
        await over(bank)
        words = Counter((text["to"], text["body"][:10]) for text in await bank.sent())
        assert max(words.values()) > 1, "a control that is not caught proves nothing"
