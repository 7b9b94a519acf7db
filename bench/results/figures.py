"""Measures, and prints the large campaign's pages beside the small one's, and the export beside its floor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tortoise.backends.base.executor import EXECUTOR_CACHE

from bench import bank
from bench.results import exporting, night, pages
from bench.results.pages import Page
from webapp import config
from webapp.config import Settings

SMALL = 10_000  # contacts
ROUNDS = 3
T = TypeVar("T")


async def run(folder: Path, contacts: int, messages: int, rows: int) -> None:
    """``messages`` a contact; ``rows``: of the export. Both campaigns are made before either is measured, and they are measured in
    turn: the machine's speed changes within minutes."""
    with bank.postgres(folder) as admin:
        print(f"PostgreSQL, {SMALL:,} contacts and {contacts:,} with {contacts * messages:,} messages", flush=True)
        small, large = await bank.new_database(admin, "small"), await bank.new_database(admin, "large")
        few = await _on(folder, small, lambda: night.make(SMALL, SMALL * messages))
        many = await _on(folder, large, lambda: night.make(contacts, contacts * messages))
        rounds = [
            (
                await _on(folder, small, lambda: pages.measure(few, small)),
                await _on(folder, large, lambda: pages.measure(many, large)),
            )
            for _ in range(ROUNDS)
        ]
        _print(*(pages.joined([both[side] for both in rounds]) for side in (0, 1)))
        exported = await _on(folder, large, lambda: exporting.measure(many, large, folder, rows))
        print(
            f"\nexport of {exported.rows:,} texts: {exported.per_second:,.0f} rows/s, {exported.share:.0%} of the bare cursor;"
            f" {exported.megabytes:.0f} MB above idle"
        )


async def _on(folder: Path, url: str, work: Callable[[], Awaitable[T]]) -> T:
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements of the database before
    settings = config.use(Settings(database_url=url, data_dir=folder / "var", secret_key="bench"))
    settings.data_dir.mkdir(exist_ok=True)
    return await bank.in_new_database(url, work)


def _print(less: dict[str, Page], more: dict[str, Page]) -> None:
    print(
        f"\n{'':36}{'ms, small':>10}{'large':>8}{'ratio':>7}{'p95':>8}{'statements':>12}{'blocks, small':>15}{'large':>10}"
    )
    for name, small in less.items():
        large = more[name]
        print(
            f"{name:36}{small.median:>10.1f}{large.median:>8.1f}{large.median / small.median:>7.2f}{large.p95:>8.1f}"
            f"{large.statements:>12}{small.blocks:>15,.0f}{large.blocks:>10,.0f}",
            flush=True,
        )
