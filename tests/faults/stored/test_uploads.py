"""An upload whose worker and web process are killed at seeded moments ends as one that nobody killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import sys
from pathlib import Path

import httpx
import pytest

from tests.cast import forked
from tests.cast.waiting import until
from tests.faults.bank import KILLS, PASSWORD, SEED, Bank, open_bank

pytestmark = pytest.mark.timeout(300 + 10 * KILLS)
ROWS = 2_000
MOMENTS = ("slice", "sliced", "slice", "surveyed", "sliced")


def write_list(path: Path, dice: random.Random) -> Path:
    """People as lists have them: the same ones again, phones that are none, a zone by ZIP, a keeper, tags."""
    lines = ["phone,first_name,last_name,zip,assigned_user_email,tags,notes"]
    for n in range(ROWS):
        phone = (
            f"212555{dice.randint(1000, 1000 + ROWS):04}" if dice.random() < 0.97 else dice.choice(["", "n/a", "911"])
        )
        keeper, tag = (
            dice.choice(["", "volunteer0@example.org", "x@y.z"]),
            dice.choice(["", "", "Will Vote", "Opt Out"]),
        )
        lines.append(
            f"{phone},{dice.choice(['', f'P{n}'])},L{n},{dice.choice(['', '96720', '15213'])},{keeper},{tag},{dice.choice(['', f'note {n}'])}"
        )
    path.write_text("\n".join(lines) + "\n")
    return path


async def upload(bank: Bank, path: Path) -> None:
    """As an admin does who tries again when the site does not answer."""
    for _ in range(600):
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(base_url=bank.url, timeout=8) as client:
                await client.post("/login", data={"email": "selina@example.org", "password": PASSWORD})
                file = {"file": ("list.csv", path.read_bytes())}
                answer = await client.post("/c/meyer/admin/imports", files=file, data={"name": "Uploaded"})
                if answer.status_code == 303:
                    return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the upload was never taken\n{bank.logs()}")


async def over(bank: Bank) -> bool:
    states = (await bank.look("imports"))["statuses"]
    assert not {"failed", "cancelled"} & set(states), states
    return bool(states) and set(states) == {"done"}


async def keep_killing_the_worker(bank: Bank, dice: random.Random) -> int:
    """Each dies at its moment, or the upload is over before. Returns how many died."""
    killed = 0
    for n in range(max(4, KILLS // 2)):
        worker = bank.start_worker(die=f"{MOMENTS[n % len(MOMENTS)]}:{1 if n % 5 == 3 else dice.randint(1, 6)}")
        while not await over(bank):
            with contextlib.suppress(AssertionError):
                await bank.ended(worker, 3)
                killed += 1
                break
        else:
            bank.kill("worker")
            break
    bank.start_worker()
    return killed


async def keep_killing_the_web(bank: Bank) -> None:
    for moment in ("writing:2", "begun:1"):
        await bank.ended(bank.start_web(die=moment), 60)
    bank.start_web()


@pytest.mark.both
async def test_an_upload_that_is_killed_at_seeded_moments_ends_as_one_that_is_not(
    db_url: str, tmp_path: Path, sqlite_template: Path
) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    dice = random.Random(SEED)
    path = write_list(tmp_path / "list.csv", dice)
    async with open_bank(tmp_path / "bank", db_url, 5) as (bank, _):
        web = asyncio.create_task(keep_killing_the_web(bank))
        await upload(bank, path)
        await web
        killed = await keep_killing_the_worker(bank, dice)
        await until(lambda: over(bank), 240, 0.5)
        there = await bank.look("people")
        recount = await bank.look("recount")
    shutil.copy(sqlite_template, tmp_path / "calm.db")
    async with open_bank(tmp_path / "calm", f"sqlite://{tmp_path / 'calm.db'}", 5) as (calm, _):
        await asyncio.to_thread(_import, calm, path)
        expected = await calm.look("people")
    assert killed >= 2, "hardly anybody was killed, so this means nothing"
    assert len(there["contacts"]) > ROWS / 2 and there["contacts"] == expected["contacts"], f"seed {SEED}"
    assert there["lists"] == expected["lists"] and there["refused"] == expected["refused"], f"seed {SEED}"
    assert recount["differences"] == []


def _import(bank: Bank, path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "webapp.cli",
        "import",
        str(path),
        "--campaign",
        "meyer",
        "--list",
        "Uploaded",
        "--json",
    ]
    told = forked.run(command, bank.environment)
    assert told.returncode == 0 and json.loads(told.stdout)["error"] is None, told.stderr[-2000:]
