"""Measures, and prints each figure beside its floor and what one turn costs."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.measured import Measured
from bench.speed import costs, load, set_up, statements
from bench.speed.costs import Costs
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
        print(f"{'':30}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'floor':>9}{'of floor':>10}"
              f"{'web ms':>9}{'PG ms':>8}{'blocks':>8}{'KB down':>9}{'statements':>12}")  # fmt: skip
        for connections in (1, 8, 32):
            await _row(
                f"whole taps, {connections} connections", stage, load.taps, stage.tap_floor, connections, seconds
            )
        await _row("clicks alone, 32 connections", stage, load.clicks, stage.click_floor, 32, seconds)
        await _starts(stage)
        await statements.let_people_answer(stage)
        await _row("replies, 32 connections", stage, load.replies, stage.reply_floor, 32, seconds)
        print("\nThe floor is the bare driver, which runs the same statements in one transaction.")


async def _row(name: str, stage: Stage, work: Work, floor: Floor, connections: int, seconds: float) -> None:
    async with costs.counted(stage) as all_turns:
        measured = await work(stage, connections, seconds)
    each, bare = all_turns.of_each(measured.turns), await floor.run(connections, seconds)
    async with costs.logged(stage) as logged:
        each.statements = logged.statements / max(1, (await work(stage, 1, 1.0)).turns)
    line = f"{_line(name, measured)}{bare.per_second:>9,.0f}{measured.per_second / bare.per_second:>9.0%} "
    print(line + _costs(each), flush=True)


async def _starts(stage: Stage) -> None:
    await load.starts(stage)  # not counted: the first of an evening, each connection prepares its statements
    print(f"{_line('50 Starts at once', await load.starts(stage))} (p95)", flush=True)


def _line(name: str, measured: Measured) -> str:
    return f"{name:30}{measured.per_second:>10,.0f}{measured.p50:>9.1f}{measured.tail:>9.1f}"


def _costs(each: Costs) -> str:
    down = each.down / 1000
    return f"{each.web:>9.2f}{each.postgres:>8.2f}{each.blocks:>8.0f}{down:>9.1f}{each.statements:>12.1f}"
