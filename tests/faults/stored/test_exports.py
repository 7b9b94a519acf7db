"""Exports whose workers are killed at seeded moments end as those that nobody killed, and no half file is ever handed out (SPEC R5)."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import load_workbook

from tests.cast.waiting import until
from tests.faults.bank import KILLS, PASSWORD, SEED, Bank, open_bank

pytestmark = pytest.mark.timeout(300 + 10 * KILLS)
PEOPLE = 400  # several slices
FORMATS = ("csv", "xlsx")
MOMENTS = ("line", "rows", "line", "made")


@contextlib.asynccontextmanager
async def selina(bank: Bank) -> AsyncIterator[httpx.AsyncClient]:
    bank.start_web()
    await until(bank.web_answers, 60)
    async with httpx.AsyncClient(base_url=bank.url, timeout=30) as client:
        answer = await client.post("/login", data={"email": "selina@example.org", "password": PASSWORD})
        assert answer.status_code == 303
        yield client


async def begin(client: httpx.AsyncClient, format: str) -> str:
    """Its page."""
    answer = await client.post("/c/meyer/admin/exports", data={"kind": "contacts", "format": format})
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


async def file_of(client: httpx.AsyncClient, page: str) -> bytes:
    """b"" while there is none."""
    answer = await client.get(f"{page}/file")
    assert answer.status_code in (200, 404)
    return answer.content if answer.status_code == 200 else b""


async def killed_again_and_again(bank: Bank, client: httpx.AsyncClient, pages: list[str], dice: random.Random) -> int:
    """Each worker dies at its moment, or all files are there before. Returns how many died."""

    async def over() -> bool:
        return all([await file_of(client, page) for page in pages])

    for n in range(max(5, KILLS)):
        worker = bank.start_worker(die=f"{MOMENTS[n % len(MOMENTS)]}:{dice.randint(1, 2)}")
        while worker.poll() is None:
            if await over():
                bank.kill("worker")
                return n
            await asyncio.sleep(0.2)
    return max(5, KILLS)


def rows_of(data: bytes, format: str, folder: Path) -> list[Any]:
    if format == "csv":
        return [[line] for line in data.decode("utf-8-sig").splitlines()]
    path = folder / "made.xlsx"
    path.write_bytes(data)
    return load_workbook(str(path)).get_sheet_by_name("Contacts").to_python()


@pytest.mark.both
async def test_exports_that_are_killed_at_seeded_moments_end_as_those_that_are_not(db_url: str, tmp_path: Path) -> None:
    print(f"TEXTBANK_FAULT_SEED={SEED}")
    async with open_bank(tmp_path / "bank", db_url, PEOPLE) as (bank, _), selina(bank) as client:
        pages = [await begin(client, format) for format in FORMATS]
        killed = await killed_again_and_again(bank, client, pages, random.Random(SEED))
        bank.start_worker()
        calm = [await begin(client, format) for format in FORMATS]
        for page in (*pages, *calm):
            await until(lambda page=page: file_of(client, page), 120, 0.5)  # type: ignore[misc]
        files = [await file_of(client, page) for page in (*pages, *calm)]
        left = {path.name for path in (bank.folder / "var" / "exports").iterdir()}
    assert killed >= 2, "hardly anybody was killed, so this means nothing"
    found = [rows_of(data, format, tmp_path) for data, format in zip(files, (*FORMATS, *FORMATS), strict=True)]
    assert [len(rows) for rows in found] == [PEOPLE + 1] * 4 and found[:2] == found[2:], f"seed {SEED}"
    made = zip((*pages, *calm), (*FORMATS, *FORMATS), strict=True)
    assert left == {f"{page.rpartition('/')[2]}.{format}" for page, format in made}
