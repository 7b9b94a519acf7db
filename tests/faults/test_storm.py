"""Volunteers text, people write STOP, and everything breaks: nobody is texted twice or after a STOP, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cast.waiting import until
from tests.faults.bank import PATIENCE, SEED, Bank, open_bank
from tests.faults.bank.volunteer import Volunteer
from tests.faults.storm import Storm
from tests.faults.storm.databases import OwnServer

FAULTS = int(os.environ.get("TEXTBANK_FAULTS", "11"))
VOLUNTEERS = int(os.environ.get("TEXTBANK_FAULT_VOLUNTEERS", "3"))
WORKERS = int(os.environ.get("TEXTBANK_FAULT_WORKERS", "2"))
PEOPLE = max(80, 8 * FAULTS)

pytestmark = pytest.mark.timeout(240 + 2 * PATIENCE + 6 * FAULTS)


@pytest.fixture
def home(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, OwnServer | None]]:
    """The storm's database; a PostgreSQL that may be killed is its own."""
    if db_kind == "sqlite":
        yield request.getfixturevalue("db_url"), None
        return
    server = OwnServer(
        tmp_path / "pg",
        request.getfixturevalue("postgres").replace(f"/t_{request.getfixturevalue('worker_id')}?", "/template?"),
    )
    yield server.url, server
    server.close()


async def settled(bank: Bank, phones: set[str]) -> bool:
    """Every text of ours has its end. Staff decide texts that are unknown a second time, by what the phone got (X2)."""
    texts = await bank.look("texts")
    if any(name.endswith("unknown") for name in texts):
        await bank.look("decided", *await bank.texted())
    out = [name.split()[2] for name in texts if name.startswith("out")]
    return not {"queued", "sending", "unknown"} & set(out) and await texted(bank, phones)


async def keep_texting(person: Volunteer, action: int, over: asyncio.Event) -> None:
    """Looks again whether somebody is to be texted, as one does where everything was stopped for a while."""
    while not over.is_set():
        if "/login" in str((await person.press("GET", "/c/meyer/inbox")).url):
            await person.log_in()
        await person.text_all(action)
        await asyncio.sleep(2)


async def texted(bank: Bank, phones: set[str], texting: Sequence[asyncio.Task[None]] = ()) -> bool:
    for task in texting:
        if task.done():
            await task  # it failed
    texts = await bank.look("texts")
    if any(name.endswith("unknown") for name in texts):
        await bank.look("decided", *await bank.texted())
    return phones <= set(await bank.texted())


async def heard(bank: Bank, stops: set[str]) -> bool:
    return stops <= set((await bank.look("after_stop"))["stopped"])


@pytest.mark.both
async def test_whatever_breaks_nobody_is_texted_twice_or_after_a_stop_and_nobody_is_forgotten(
    home: tuple[str, OwnServer | None], tmp_path: Path
) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    dice, (url, server) = random.Random(SEED), home
    async with open_bank(tmp_path / "bank", url, PEOPLE, VOLUNTEERS, bucket=25, rate=15, undo=1) as (bank, made):
        storm = Storm(bank, dice, made["phones"], made["numbers"][0], WORKERS, server)
        storm.begin()
        people = [Volunteer(bank, email, deck=n % 2 == 0) for n, email in enumerate(made["emails"])]

        async with storm.supervised():
            over = asyncio.Event()
            texting = [asyncio.create_task(keep_texting(person, made["action"], over)) for person in people]
            await storm.rage(FAULTS)
            try:
                await until(lambda: heard(bank, storm.stops), PATIENCE, 1)
                await until(lambda: texted(bank, set(made["phones"]) - storm.stops, texting), PATIENCE, 1)
                over.set()
                await asyncio.gather(*texting)
                await until(lambda: settled(bank, set(made["phones"]) - storm.stops), PATIENCE, 1)
            except AssertionError as error:
                raise AssertionError(f"{await bank.look('texts')} {await bank.look('open')}, seed {SEED}") from error
        sent = await bank.texted()
        stopped = await bank.look("after_stop")
        brought = sum(person.brought for person in people)
        print(f"{sum(storm.met.values())} faults: {dict(storm.met)}; {len(sent)} texted, {len(storm.stops)} STOPs")
        print(f"{brought} cards came with the answer to a tap")
        assert [phone for phone, times in sent.items() if times > 1] == [], f"texted twice, seed {SEED}"
        assert stopped["texts"] == [], f"texted after a STOP, seed {SEED}"
        assert set(stopped["stopped"]) == storm.stops
        assert set(made["phones"]) - set(sent) <= storm.stops, f"forgotten, seed {SEED}"
        assert (await bank.look("recount"))["differences"] == [], f"seed {SEED}"
        assert brought, "no answer to a tap brought the next card"
        for person in people:
            await person.close()
