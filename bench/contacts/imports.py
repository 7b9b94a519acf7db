"""The import of a list: rows a second, and the memory it takes."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport


@dataclass(frozen=True)
class Imported:
    """``megabytes``: the most above idle, of this process and its readers together."""

    per_second: float
    megabytes: float


async def measure(path: Path, rows: int) -> Imported:
    campaign = await create_campaign("Import", "import", "America/New_York")
    job = await importing.begin(campaign, "List", path, path.name, None)
    async with _memory() as most:
        began = time.perf_counter()
        while await importing.take_in(job.id, 20):
            continue
        took = time.perf_counter() - began
    job = await ContactImport.get(id=job.id)
    assert job.status == "done" and job.created == rows, (job.status, job.created, job.error_message)
    return Imported(rows / took, max(most))


@contextlib.asynccontextmanager
async def _memory() -> AsyncIterator[list[float]]:
    """Megabytes above idle, five times a second."""
    idle, seen = _megabytes("self"), [0.0]

    async def watch() -> None:
        while True:
            with contextlib.suppress(OSError):  # a reader may end between two looks
                seen.append(_megabytes("self") - idle + _readers())
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()


def _megabytes(process: str) -> float:
    """Resident, on Linux."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _readers() -> float:
    """Megabytes of this process's children that read files."""
    children = [pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    return sum(_megabytes(pid) for pid in children if "webapp.reader" in Path(f"/proc/{pid}/cmdline").read_text())
