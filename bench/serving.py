"""A text bank with a big campaign on PostgreSQL, until Ctrl-C: to try in a browser whether it is pleasant to work with."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from bench import bank
from bench.big import campaign as big
from webapp import database
from webapp.models.accounts import passwords
from webapp.models.accounts.users import User

PASSWORD = "rehearsal1"


async def serve(folder: Path, contacts: int, messages: int) -> None:
    """``messages`` in all."""
    async with bank.running(folder) as mine:
        print(f"Making {contacts:,} contacts and {messages:,} messages ...", flush=True)
        await bank.in_new_database(mine.settings.database, lambda: _fill(contacts, messages))
        mine.textbank("web")
        mine.textbank("worker")
        print(
            f"{mine.settings.public_url}/c/big/admin/contacts\nselina@big.example.org, {PASSWORD}. Ctrl-C ends it.",
            flush=True,
        )
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            await asyncio.Event().wait()


async def _fill(contacts: int, messages: int) -> None:
    await big.make(contacts, messages)
    hashed = await passwords.hashed(PASSWORD)
    await database.transaction(lambda: User.all().update(password_hash=hashed))
