"""Measures, and prints the large campaign beside the small one, and imports beside their floor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tortoise.backends.base.executor import EXECUTOR_CACHE

from bench import bank
from bench.contacts import import_floor, imports, pages
from bench.speed import load, set_up
from bench.uploads import csv_file
from webapp import config
from webapp.config import Settings

SMALL = 10_000  # contacts
SQLITE_SMALL, SQLITE_LARGE, SQLITE_ROWS = 5_000, 50_000, 50_000
T = TypeVar("T")


async def run(folder: Path, contacts: int, messages: int, rows: int) -> None:
    """``messages`` a contact; ``rows`` of the list that is imported."""
    with bank.postgres(folder) as admin:
        total = contacts * messages
        print(f"PostgreSQL, {SMALL:,} and {contacts:,} contacts with {total:,} messages; milliseconds, median of 9\n")
        small, large = await bank.new_database(admin, "small"), await bank.new_database(admin, "large")
        less = await _on(folder, small, lambda: pages.measure(folder, SMALL, SMALL * messages))
        _print_table(less, await _on(folder, large, lambda: pages.measure(folder, contacts, total)))
        print(
            f"\nPostgreSQL, a list of {rows:,} rows; the floor parses, validates and inserts the same rows by the bare driver, one process\n"
        )
        ours, floor = await bank.new_database(admin, "ours"), await bank.new_database(admin, "floor")
        await _import_on_postgres(folder, ours, floor, rows)
    await _on_sqlite(folder)


async def _import_on_postgres(folder: Path, ours: str, floor: str, rows: int) -> None:
    path = csv_file.write(folder, rows)
    imported = await _on(folder, ours, lambda: imports.measure(path, rows))
    zones = await _on(folder, floor, import_floor.prepare)
    _print_import(imported, await import_floor.on_postgres(floor, zones, path, rows))


async def _on_sqlite(folder: Path) -> None:
    print(f"\nSQLite, {SQLITE_ROWS:,} contacts\n")
    path = csv_file.write(folder, SQLITE_ROWS)
    imported = await _on(folder, _sqlite(folder, "ours"), lambda: imports.measure(path, SQLITE_ROWS))
    zones = await _on(folder, _sqlite(folder, "floor"), import_floor.prepare)
    _print_import(imported, import_floor.on_sqlite(folder / "floor.db", zones, path, SQLITE_ROWS))
    less = await _on(folder, _sqlite(folder, "small"), lambda: pages.measure(folder, SQLITE_SMALL, 5 * SQLITE_SMALL))
    more = await _on(folder, _sqlite(folder, "large"), lambda: pages.measure(folder, SQLITE_LARGE, 5 * SQLITE_LARGE))
    _print_table(less, more)


def _sqlite(folder: Path, name: str) -> str:
    return f"sqlite://{folder / name}.db"


async def _on(folder: Path, url: str, work: Callable[[], Awaitable[T]]) -> T:
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements in the dialect of the database before
    settings = config.use(Settings(database_url=url, data_dir=folder / "var", secret_key="bench"))
    settings.data_dir.mkdir(exist_ok=True)
    return await bank.in_new_database(url, work)


async def during_import(folder: Path, rows: int, seconds: float) -> None:
    """Clicks while a list of so many rows comes in, on one web process and one that imports."""
    EXECUTOR_CACHE.clear()
    path = csv_file.write(folder, rows)
    async with set_up.running(folder, 40_000) as (mine, stage):
        idle = await load.clicks(stage, 8, seconds)
        importing = mine.textbank("import", str(path), "--campaign", "meyer", "--list", "New")
        await asyncio.sleep(4)
        assert importing.poll() is None
        busy = await load.clicks(stage, 8, seconds)
        ended = "" if importing.poll() is None else " (the import had ended)"
    print(
        f"\nclicks, 8 connections: idle {idle.per_second:,.0f}/s p50 {idle.p50:.1f} p99 {idle.tail:.1f} ms; while importing {busy.per_second:,.0f}/s p50 {busy.p50:.1f} p99 {busy.tail:.1f} ms{ended}: p99 x{busy.tail / idle.tail:.2f}"
    )


def _print_table(less: dict[str, float], more: dict[str, float]) -> None:
    print(f"{'':36}{'small':>10}{'large':>10}{'ratio':>8}")
    for name in less:
        print(f"{name:36}{less[name]:>10.1f}{more[name]:>10.1f}{more[name] / less[name]:>8.2f}", flush=True)


def _print_import(ours: imports.Imported, floor: float) -> None:
    print(
        f"import: {ours.per_second:,.0f} rows/s, floor {floor:,.0f}: {ours.per_second / floor:.0%}; {ours.megabytes:.0f} MB above idle, reader included",
        flush=True,
    )
