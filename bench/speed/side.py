"""One tree's side of a comparison: sets up a campaign, then measures what its parent asks for, line by line.

`bin/bench --against` runs it in two trees at once. In the older one it is a copy, beside that tree's own bench, whose
set-up it uses: so it imports nothing of webapp, and of bench only what measures.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import psutil
import uvloop

from bench.measured import Measured
from bench.speed import costs, load

STARTING = 300.0  # seconds
WORKS: dict[str, Callable[..., Awaitable[Measured]]] = {
    "taps": load.taps,
    "clicks": load.clicks,
    "replies": load.replies,
    "starts": lambda stage, _, __: load.starts(stage),
    "threads": load.threads,
    "inboxes": load.inboxes,
}


async def serve(contacts: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        set_up, let_people_answer = _set_up()
        async with set_up(folder, contacts) as made:
            stage = made[1] if isinstance(made, tuple) else made
            find_processes(stage, folder)
            _say({})
            while line := (await asyncio.to_thread(sys.stdin.readline)).split():
                if line[0] == "answerable":
                    await let_people_answer(stage)
                    _say({})
                else:
                    _say(await _measured(stage, WORKS[line[0]], int(line[1]), float(line[2])))


def _set_up() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Of this tree; trees up to November 27 had it in one file."""
    try:
        new = _patient(import_module("bench.speed.set_up"))
        running = partial(new.running, floors=False) if "floors" in signature(new.running).parameters else new.running
        return running, import_module("bench.speed.statements").let_people_answer
    except ModuleNotFoundError:
        old = _patient(import_module("bench.stage"))
        return old.set_up, old.let_people_answer


def _patient(module: Any) -> Any:
    """Two web processes that start at once on a busy machine take longer than one."""
    until = module.until
    module.until = lambda condition, _=0: until(condition, STARTING)
    return module


def find_processes(stage: Any, folder: Path) -> None:
    web = [child.pid for child in psutil.Process().children(recursive=True) if child.cmdline()[-1:] == ["web"]]
    stage.web_pid, stage.down = web[0], 0
    stage.postgres_log = folder / "pg" / "log"
    stage.postgres_pid = int((folder / "pg" / "postmaster.pid").read_text().split()[0])


async def _measured(
    stage: Any, work: Callable[..., Awaitable[Measured]], connections: int, seconds: float
) -> dict[str, Any]:
    async with costs.counted(stage) as cost:
        measured = await work(stage, connections, seconds)
    each = asdict(cost.of_each(measured.turns))
    if work is not load.starts and connections == 1:
        async with costs.logged(stage) as logged:
            turns = (await work(stage, 1, 1.0)).turns
        each["statements"] = logged.statements / turns
    return {**asdict(measured), **each}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
