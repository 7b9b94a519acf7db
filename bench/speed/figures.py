"""Measures, and prints each figure beside its floor."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.measured import Measured
from bench.speed import load, set_up, statements
from bench.speed.floor import Floor
from bench.speed.stage import Stage

FEWEST = 30_000  # contacts: below it the cards or the contacts for Start would not last
Work = Callable[[Stage, int, float], Awaitable[Measured]]


async def run(folder: Path, contacts: int, seconds: float) -> None:
    contacts = max(contacts, FEWEST)
    async with set_up.running(folder, contacts) as (_, stage):
        print(
            f"PostgreSQL, {contacts:,} contacts in the action, one web process, load on the same machine ({os.cpu_count()} cores)\n"
        )
        print(f"{'':30}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'floor':>9}{'of floor':>10}")
        for connections in (1, 8, 32):
            name = f"clicks, {connections} connections"
            await _row(name, stage, load.clicks, stage.click_floor, connections, seconds)
        await _row("click and next card, 32 conn.", stage, load.taps, None, 32, seconds)
        await _starts(stage)
        await statements.let_people_answer(stage)
        await _row("replies, 32 connections", stage, load.replies, stage.reply_floor, 32, seconds)
        print(
            f"\nStatements: {len(stage.click_floor.statements)} a click, {len(stage.reply_floor.statements)} a reply. The floor runs them in one transaction each."
        )


async def _row(name: str, stage: Stage, work: Work, floor: Floor | None, connections: int, seconds: float) -> None:
    measured = await work(stage, connections, seconds)
    line = _line(name, measured)
    if floor:
        bare = await floor.run(connections, seconds)
        line += f"{bare.per_second:>9,.0f}{measured.per_second / bare.per_second:>9.0%}"
    print(line, flush=True)


async def _starts(stage: Stage) -> None:
    await load.starts(stage)  # not counted: the first of an evening, each connection prepares its statements
    print(f"{_line('50 Starts at once', await load.starts(stage))} (p95)", flush=True)


def _line(name: str, measured: Measured) -> str:
    return f"{name:30}{measured.per_second:>10,.0f}{measured.p50:>9.1f}{measured.tail:>9.1f}"
