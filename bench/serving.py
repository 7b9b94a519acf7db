"""A whole text bank with a big campaign, on PostgreSQL, until Ctrl-C: to see whether it is pleasant to work with."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

from bench import big, stage
from tests.conftest import until
from webapp import config, database
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.models.accounts import passwords
from webapp.models.accounts.users import User

PASSWORD = "rehearsal1"


async def serve(folder: Path, contacts: int, messages: int) -> None:
    server, settings = await stage.ground(folder)
    print(f"Making {contacts:,} contacts and {messages:,} messages ...", flush=True)
    await _fill(settings, contacts, messages)
    children = [stage.valkey(folder)]
    try:
        await until((folder / "valkey.sock").exists)
        for part in ("web", "worker"):
            command = [sys.executable, "-m", "webapp.cli", part]
            children.append(subprocess.Popen(command, env=config.environment_of(settings), stdout=subprocess.DEVNULL))
        print(
            f"{settings.public_url}/c/big/admin/contacts\nselina@big.example.org, {PASSWORD}. Ctrl-C ends it.",
            flush=True,
        )
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            await asyncio.Event().wait()
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()
        server.cleanup()


async def _fill(settings: Settings, contacts: int, messages: int) -> None:
    await migrate(settings.database)
    await database.open_database(settings.database)
    try:
        await big.make(contacts, messages)
        hashed = await passwords.hashed(PASSWORD)
        await database.transaction(lambda: User.all().update(password_hash=hashed))
    finally:
        await database.close_database()
