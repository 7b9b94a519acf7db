"""`bin/bench`: clicks and replies a second on PostgreSQL. `bin/bench contacts`: lists, filters and bulk work at a million
contacts. `bin/bench faults --faults N --minutes M --kills N --seed S --volunteers V --workers W`: the fault tests, longer.
`bin/bench serve`: a campaign of that size, to be looked at in a browser. `bin/bench drain --numbers N --workers W`: is the
pace held?"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench import contacts, drain, load, serving, stage


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("what", nargs="?", default="speed", choices=("speed", "contacts", "drain", "faults", "serve"))
    parser.add_argument(
        "--contacts",
        type=int,
        default=0,
        help="people in the action: 60,000, not below 30,000; for contacts and serve 1,000,000",
    )
    parser.add_argument("--messages", type=int, default=5, help="messages a contact, for contacts and serve")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the list that is imported")
    parser.add_argument("--seconds", type=float, default=6.0, help="of load, for each figure")
    parser.add_argument("--kills", type=int, default=50, help="of the worker, at exact moments, once")
    parser.add_argument("--faults", type=int, default=150, help="in each storm, on each database")
    parser.add_argument("--minutes", type=float, default=0, help="storms with one seed after the other, for so long")
    parser.add_argument("--numbers", type=int, default=40)
    parser.add_argument("--workers", type=int, default=0, help="2; in storms 4")
    parser.add_argument("--volunteers", type=int, default=50, help="in a storm")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.what == "faults":
        sys.exit(_faults(options))
    many = options.contacts or 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "contacts":
            asyncio.run(contacts.run(Path(folder), many, many * options.messages, 10_000, options.rows))
            (Path(folder) / "during").mkdir()
            asyncio.run(contacts.during_import(Path(folder) / "during", 200_000, options.seconds))
        elif options.what == "drain":
            asyncio.run(drain.run(Path(folder), options.numbers, options.workers or 2))
        elif options.what == "serve":
            asyncio.run(serving.serve(Path(folder), many, many * options.messages))
        else:
            uvloop.run(_speed(Path(folder), max(options.contacts or 60_000, 30_000), options.seconds))


def _faults(options: argparse.Namespace) -> int:
    """The fault tests once, then storms until the time is over, each with the next seed; stops at the first that fails."""
    seed, began = options.seed or random.SystemRandom().randrange(1, 10**6), time.monotonic()
    failed = _pytest("tests/faults", options, seed)
    while not failed and time.monotonic() - began < options.minutes * 60:
        seed += 1
        failed = _pytest("tests/faults/test_storm.py", options, seed)
    return failed


def _pytest(what: str, options: argparse.Namespace, seed: int) -> int:
    chosen = {
        "TEXTBANK_FAULT_KILLS": options.kills,
        "TEXTBANK_FAULTS": options.faults,
        "TEXTBANK_FAULT_SEED": seed,
        "TEXTBANK_FAULT_VOLUNTEERS": options.volunteers,
        "TEXTBANK_FAULT_WORKERS": options.workers or 4,
    }
    told = {**os.environ, **{name: str(value) for name, value in chosen.items()}}
    return subprocess.call([sys.executable, "-m", "pytest", "-q", "-s", what], env=told)


async def _speed(folder: Path, people: int, seconds: float) -> None:
    async with stage.set_up(folder, people) as set_up:
        print(
            f"PostgreSQL, {people:,} contacts in the action, one web process, load on the same machine ({os.cpu_count()} cores)\n"
        )
        print(f"{'':30}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'floor':>9}{'of floor':>10}")
        for connections in (1, 8, 32):
            await _row(
                f"clicks, {connections} connections", set_up, load.clicks, set_up.click_floor, connections, seconds
            )
        await _row("click and next card, 32 conn.", set_up, load.taps, None, 32, seconds)
        await load.starts(set_up)  # the evening's first: each connection prepares its statements
        started = await load.starts(set_up)
        print(
            f"{'50 Starts at once':30}{started.per_second:>10,.0f}{started.p50:>9.1f}{started.p99:>9.1f} (p95)",
            flush=True,
        )
        await stage.let_people_answer(set_up)
        await _row("replies, 32 connections", set_up, load.replies, set_up.reply_floor, 32, seconds)
        print(
            f"\nStatements: {len(set_up.click_floor.statements)} a click, {len(set_up.reply_floor.statements)} a reply. The floor runs them in one transaction each."
        )


async def _row(name: str, set_up: stage.Stage, work, floor, connections: int, seconds: float) -> None:  # type: ignore[no-untyped-def]
    measured = await work(set_up, connections, seconds)
    line = f"{name:30}{measured.per_second:>10,.0f}{measured.p50:>9.1f}{measured.p99:>9.1f}"
    if floor:
        bare = await floor.run(connections, seconds)
        line += f"{bare.per_second:>9,.0f}{measured.per_second / bare.per_second:>9.0%}"
    print(line, flush=True)


if __name__ == "__main__":
    main()
