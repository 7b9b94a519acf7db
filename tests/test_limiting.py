"""Limits on tries are one for all web processes, and each process's own while Valkey is away (SPEC V1)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from limits import parse

from webapp import config, limiting

ROOT = Path(__file__).parents[1]
TRIES = 4
# Another web process: it guesses wrong at once, and says how many of its guesses were looked at
GUESSES = f"""
import asyncio, sys
from limits import parse
from webapp import config, limiting
async def wrong():
    looked.append(1)
async def main():
    for _ in range({TRIES}):
        try:
            await limiting.unless_failed(wrong, (parse("5/hour"), ("guess",)))
        except limiting.TooMany:
            pass
looked = []
config.use(config.Settings(redis_url=sys.argv[1]))
asyncio.run(main())
print(len(looked))
"""


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    before = config.settings()
    yield
    config.use(before)


async def looked_at_by_processes(url: str, processes: int) -> list[int]:
    command = [sys.executable, "-c", GUESSES, url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = [
        await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True)
        for _ in range(processes)
    ]
    return [int(one.stdout) for one in done]


async def test_guesses_count_together_in_all_web_processes(valkey: str) -> None:
    assert await looked_at_by_processes(valkey, 3) == [4, 1, 0]


async def test_without_valkey_each_process_still_counts(tmp_path: Path) -> None:
    config.use(replace(config.settings(), redis_url=f"unix://{tmp_path / 'nobody.sock'}"))
    found = [await limiting.allowed(parse("2/hour"), "alone", str(tmp_path)) for _ in range(4)]
    assert found == [True, True, False, False]
