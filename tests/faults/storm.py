"""Everything that can go wrong, at seeded moments, while a bank is at work."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import asyncpg
import httpx

from tests.faults.bank import Bank

WORKERS = ("worker0", "worker1")
AT_TWILIO = ("429", "500", "timeout_before", "timeout_after", "reset_before", "reset_after", "unreadable",
             "late", "lost", "doubled", "reordered", "before_answer")  # fmt: skip


class Storm:
    """``met``: how often each fault was made. ``stops``: the phones that wrote STOP."""

    def __init__(self, bank: Bank, dice: random.Random, phones: list[str], number: str) -> None:
        self.bank, self.dice, self.phones, self.number = bank, dice, list(phones), number
        self.met: Counter[str] = Counter()
        self.stops: set[str] = set()
        self.dice.shuffle(self.phones)

    def begin(self) -> None:
        self.bank.start_web()
        for name in WORKERS:
            self.bank.start_worker(name=name)

    async def rage(self, faults: int) -> None:
        kinds = [self.kill, self.deploy, self.freeze, self.flush, self.kill_valkey, self.lock_out, self.twilio, self.twilio, self.stop]  # fmt: skip
        for n in range(faults):
            if n % len(kinds) == 0:
                self.dice.shuffle(kinds)  # each kind comes once before any comes again
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))
            await self._make(kinds[n % len(kinds)])

    async def _make(self, fault: Callable[[], Awaitable[str]]) -> None:
        self.met[await fault()] += 1

    async def kill(self) -> str:
        name = self.dice.choice(("web", *WORKERS))
        self.bank.kill(name)
        self._start(name)
        return f"kill -9 {name.rstrip('01')}"

    async def deploy(self) -> str:
        """The old process ends what it has in hand, then the new one starts."""
        name = self.dice.choice(("web", *WORKERS))
        process = self.bank.processes[name]
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            self.bank.kill(name)
            raise AssertionError(f"{name} did not end within 15 s of SIGTERM") from None
        self._start(name)
        return f"SIGTERM {name.rstrip('01')}"

    async def freeze(self) -> str:
        """Long enough that a worker's attempt is given up by others, or only a moment."""
        name, seconds = self.dice.choice(("web", *WORKERS)), self.dice.choice((0.3, 1.5, 5.0))
        process = self.bank.processes[name]
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        return f"SIGSTOP {name.rstrip('01')}"

    async def flush(self) -> str:
        command = ["flushall"]
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(self.bank.folder / "valkey.sock"))
            writer.write(f"*1\r\n${len(command[0])}\r\n{command[0]}\r\n".encode())
            await writer.drain()
            await reader.readline()
            writer.close()
        return "Valkey flushed"

    async def kill_valkey(self) -> str:
        self.bank.kill("valkey")
        (self.bank.folder / "valkey.sock").unlink(missing_ok=True)
        await asyncio.sleep(self.dice.uniform(0, 1))
        self.bank.start_valkey()
        return "kill -9 Valkey"

    async def lock_out(self) -> str:
        """PostgreSQL throws everybody out; SQLite's file belongs to somebody else for a second."""
        url = self.bank.database_url
        if url.startswith("sqlite"):
            await asyncio.to_thread(self._hold_file, url.removeprefix("sqlite://"))
            return "file locked"
        connection = await asyncpg.connect(url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        await connection.close()
        return "connections thrown out"

    def _hold_file(self, path: str) -> None:
        with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT 1 FROM campaign").fetchone()
            time.sleep(self.dice.uniform(0.2, 1.0))
            connection.execute("ROLLBACK")

    async def twilio(self) -> str:
        do = self.dice.choice(AT_TWILIO)
        fault = {"do": do, "times": self.dice.randint(1, 4), "seconds": self.dice.choice((0.2, 3.0))}
        async with httpx.AsyncClient(base_url=self.bank.twilio_url, timeout=20) as client:
            assert (await client.post("/simulator/faults", json=fault)).status_code == 201
        return f"Twilio: {do}"

    async def stop(self) -> str:
        """Somebody writes STOP, texted or not yet; half of the webhooks are lost."""
        phone, heard = self.phones.pop(), self.dice.random() < 0.5
        said = {"from": phone, "to": self.number, "body": "STOP", "deliver": heard}
        async with httpx.AsyncClient(base_url=self.bank.twilio_url, timeout=20) as client:
            assert (await client.post("/simulator/replies", json=said)).status_code == 201
        self.stops.add(phone)
        return "STOP" if heard else "STOP, webhook lost"

    def _start(self, name: str) -> None:
        if name == "web":
            self.bank.start_web()
        else:
            self.bank.start_worker(name=name)
