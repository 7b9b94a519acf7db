"""`textbank run`, `web`, `worker`, `migrate` and `demo`: the processes of a text bank, and its database."""

from __future__ import annotations

import argparse
import asyncio

from webapp import config
from webapp.config import Settings
from webapp.rules import late
from webapp.running import supervisor

_uvloop = late.module("uvloop")
_web, _worker = late.module("webapp.running.web"), late.module("webapp.workers.main")
_migrate, _demo = late.module("webapp.database.migrate"), late.module("webapp.running.demo")
_shared, _campaign = late.module("webapp.commands.shared"), late.module("webapp.models.accounts.campaign")


def run(options: argparse.Namespace) -> None:
    """Starts the others and watches them. It stays small: a child of its own brings the database up to date."""
    supervisor.run(config.settings())


def prepare(options: argparse.Namespace) -> None:
    """Migrates, makes a rehearsal's campaign, and says what `run` prints once all answer."""
    chosen = config.settings()
    asyncio.run(_migrate.migrate(chosen.database))
    print("\n".join(_shared.in_database(lambda: _demo.make(chosen) if chosen.rehearsal else _lines(chosen))))


async def _lines(chosen: Settings) -> list[str]:
    next_step = "" if await _campaign.Campaign.exists() else " Make a campaign with textbank campaign create."
    return [f"Text bank at {chosen.public_url}.{next_step}"]


def run_web(options: argparse.Namespace) -> None:
    _uvloop.run(_web.run())


def run_worker(options: argparse.Namespace) -> None:
    _uvloop.run(_worker.run())


def bring_up_to_date(options: argparse.Namespace) -> None:
    asyncio.run(_migrate.migrate(config.settings().database))


async def make_demo(options: argparse.Namespace) -> None:
    print("\n".join(await _demo.make(config.settings())))
