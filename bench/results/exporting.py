"""The export of every text, beside the bare driver's cursor that writes the same CSV: rows a second, and memory."""

from __future__ import annotations

import asyncio
import csv
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from webapp import database
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.exports import of_texts, run
from webapp.models.exports.job import Export
from webapp.rules.exports.columns import CSV, MESSAGES

AT_ONCE = 2_000  # rows of the cursor


@dataclass(frozen=True)
class Exported:
    """``share``: of the cursor's speed. ``megabytes``: above what the process held before."""

    rows: int
    per_second: float
    share: float
    megabytes: float


async def measure(campaign: Campaign, url: str, folder: Path, most: int) -> Exported:
    """Stops after ``most`` texts: a larger campaign is as quick."""
    owner = await Membership.get(campaign=campaign, role=OWNER).select_related("user", "campaign")
    job = await run.start(owner, MESSAGES, CSV, {}, "")
    me, began = psutil.Process(), time.perf_counter()
    before = peak = me.memory_info().rss
    while job.done < most and await run.work(job.id, 1):
        job, peak = await Export.get(id=job.id), max(peak, me.memory_info().rss)
        await asyncio.sleep(0)
    ours = job.done / (time.perf_counter() - began)
    floor = await _floor(campaign, url, folder / "bare.csv", job.done)
    return Exported(job.done, ours, ours / floor, (peak - before) / 1_000_000)


async def _floor(campaign: Campaign, url: str, path: Path, rows: int) -> float:
    """Rows a second: the statement of the export, streamed into a file by the bare driver."""
    text = database.numbered(of_texts.TEXTS.format(action=""))
    connection, began = await asyncpg.connect(url), time.perf_counter()
    try:
        async with connection.transaction():
            await connection.execute(
                "SET LOCAL cursor_tuple_fraction = 0.0001"
            )  # the first rows at once, by the primary key
            with path.open("w", newline="") as file:
                out = csv.writer(file, quoting=csv.QUOTE_ALL)
                async for row in connection.cursor(text, 0, 2**62, campaign.id, rows, prefetch=AT_ONCE):
                    out.writerow(row)
    finally:
        await connection.close()
    return rows / (time.perf_counter() - began)
