"""Clicks of one campaign while another's texts are exported, on one web process and `textbank export`, which takes no rests as a
worker's export does."""

from __future__ import annotations

from pathlib import Path

from tortoise.backends.base.executor import EXECUTOR_CACHE

from bench.big import campaign as big
from bench.speed import load, set_up
from webapp import database

CONTACTS, MESSAGES = 100_000, 500_000  # of the campaign that is exported: it lasts for longer than the clicks
CLICKED = 40_000  # contacts of the other


async def export(folder: Path, seconds: float) -> None:
    """Of the clicks' 99th percentile, idle and beside an export."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements of the database before
    async with set_up.running(folder, CLICKED) as (mine, stage):
        await database.open_database(mine.settings.database)
        try:
            campaign = await big.make(CONTACTS, MESSAGES)
            await database.query("VACUUM ANALYZE")  # else PostgreSQL would do it while clicks are measured
        finally:
            await database.close_database()
        await load.clicks(stage, 8, 1)  # not counted: each connection prepares its statements
        idle = await load.clicks(stage, 8, seconds)
        command = ("export", "messages", "--campaign", campaign.slug, "--output", str(folder / "messages.csv"))
        exporting = mine.textbank(*command)
        while not (folder / "messages.csv").exists() and exporting.poll() is None:
            await load.clicks(stage, 8, 0.2)
        busy = await load.clicks(stage, 8, seconds)
        if exporting.poll() is not None:
            raise SystemExit(f"The export ended meanwhile ({exporting.poll()}): these clicks were not all beside it.")
    print(
        f"\nclicks, 8 connections: idle {idle.per_second:,.0f}/s p50 {idle.p50:.1f} p99 {idle.tail:.1f} ms; while exporting"
        f" {busy.per_second:,.0f}/s p50 {busy.p50:.1f} p99 {busy.tail:.1f} ms: p99 x{busy.tail / idle.tail:.2f}"
    )
