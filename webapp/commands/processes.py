"""`textbank run`, `web`, `worker`, `migrate` and `demo`: the processes of a text bank, and its database."""

from __future__ import annotations

import argparse
import asyncio

import uvloop

from webapp import config
from webapp.commands.shared import in_database
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.models.accounts.campaign import Campaign
from webapp.running import demo, supervisor, web
from webapp.workers import main as worker


def run(options: argparse.Namespace) -> None:
    supervisor.run(config.settings(), _prepare)


def _prepare(chosen: Settings) -> list[str]:
    """Migrates, and makes a rehearsal's campaign; the lines to print."""
    asyncio.run(migrate(chosen.database))
    if chosen.rehearsal:
        return in_database(lambda: demo.make(chosen))
    return in_database(lambda: _lines(chosen))


async def _lines(chosen: Settings) -> list[str]:
    next_step = "" if await Campaign.exists() else " Make a campaign with textbank campaign create."
    return [f"Text bank at {chosen.public_url}.{next_step}"]


def run_web(options: argparse.Namespace) -> None:
    uvloop.run(web.run())


def run_worker(options: argparse.Namespace) -> None:
    uvloop.run(worker.run())


def bring_up_to_date(options: argparse.Namespace) -> None:
    asyncio.run(migrate(config.settings().database))


async def make_demo(options: argparse.Namespace) -> None:
    print("\n".join(await demo.make(config.settings())))
