"""Everything that can go wrong, at seeded moments, while a bank is at work."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from tests.faults.bank import LONG, Bank
from tests.faults.storm import databases
from tests.faults.storm.backups import Backup, Office
from tests.faults.storm.databases import OwnServer
from tests.faults.storm.troubles import AT_TWILIO, LISTS, REFUSALS

WRONG, SET = 600.0, 7200.0  # seconds by which a machine's clock is off, and by which it is set
LAG = 4.5  # seconds for which a text stands in no list, of six minutes

DIGITS = "0123456789"


class Storm:
    """``met``: how often each fault was made. ``stops``: the phones that wrote STOP."""

    def __init__(
        self, bank: Bank, dice: random.Random, phones: list[str], number: str, workers: int, server: OwnServer | None
    ) -> None:
        self.bank, self.dice, self.phones, self.number = bank, dice, list(phones), number
        self.workers, self.server = [f"worker{n}" for n in range(workers)], server
        self.met: Counter[str] = Counter()
        self.busy, self.all_busy = "", False
        self.office = Office(bank, LAG)
        self.stops: set[str] = set()
        self.dice.shuffle(self.phones)

    def begin(self) -> None:
        """Where the database has a clock of its own, those of web and workers are wrong."""
        for name in ("web", *self.workers):
            if self.server:
                self.bank.set_clocks(name, self.dice.uniform(-WRONG, WRONG))
            self._start(name)

    @contextlib.asynccontextmanager
    async def supervised(self) -> AsyncIterator[None]:
        """Restarts processes that ended by themselves, such as one that found no database at its start; the office goes on
        where everything was stopped."""
        keepers = [asyncio.create_task(work) for work in (self._keep_up(), self.office.keep())]
        try:
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            for name in ("web", *self.workers):
                if name != self.busy and not self.all_busy and self.bank.processes[name].poll() is not None:
                    self._start(name)

    async def rage(self, faults: int) -> None:
        kinds = [
            self.kill,
            self.deploy,
            self.freeze,
            self.flush,
            self.kill_valkey,
            self.restore_valkey,
            self.lock_out,
            self.refuse_writes,
            self.twilio,
            self.twilio,
            self.stop,
            self.refuse_account,
            self.lose_answers,
            self.fail_lists,
            *([self.kill_postgres, self.set_clock] if self.server else []),
            *([self.restore, self.outage] if LONG else []),
        ]
        for n in range(faults):
            if n % len(kinds) == 0:
                self.dice.shuffle(kinds)  # each kind comes once before any comes again
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))
            await self._make(kinds[n % len(kinds)])

    async def _make(self, fault: Callable[[], Awaitable[str]]) -> None:
        self.met[await fault()] += 1

    async def kill(self) -> str:
        name = self._any()
        self.bank.kill(name)
        self._start(name)
        return f"kill -9 {name.rstrip(DIGITS)}"

    async def deploy(self) -> str:
        """The old process ends what it has in hand, then the new one starts."""
        name = self._any()
        self.busy, process = name, self.bank.processes[name]
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            self.bank.kill(name)
            raise AssertionError(f"{name} did not end within 15 s of SIGTERM") from None
        self._start(name)
        self.busy = ""
        return f"SIGTERM {name.rstrip(DIGITS)}"

    async def freeze(self) -> str:
        """Long enough that a worker's attempt is given up by others, or only a moment."""
        name, seconds = self._any(), self.dice.choice((0.3, 1.5, 5.0))
        process = self.bank.processes[name]
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        return f"SIGSTOP {name.rstrip(DIGITS)}"

    async def flush(self) -> str:
        await self.bank.tell_valkey("flushall")
        return "Valkey flushed"

    async def kill_valkey(self) -> str:
        self.bank.kill("valkey")
        for left in ("valkey.sock", "dump.rdb"):
            (self.bank.folder / left).unlink(missing_ok=True)
        await asyncio.sleep(self.dice.uniform(0, 1))
        self.bank.start_valkey()
        return "kill -9 Valkey"

    async def restore_valkey(self) -> str:
        """An old dump of it is put back: jobs of texts that left long ago."""
        dump, old = self.bank.folder / "dump.rdb", self.bank.folder / "old.rdb"
        await self.bank.tell_valkey("save")
        if dump.exists() and not old.exists():
            shutil.copy(dump, old)
        self.bank.kill("valkey")
        (self.bank.folder / "valkey.sock").unlink(missing_ok=True)
        if old.exists():
            shutil.copy(old, dump)
        self.bank.start_valkey()
        return "old dump of Valkey put back"

    async def lock_out(self) -> str:
        """PostgreSQL throws everybody out; SQLite's file belongs to somebody else for a second."""
        url = self.bank.database_url
        if url.startswith("sqlite"):
            await asyncio.to_thread(databases.hold_file, url.removeprefix("sqlite://"), self.dice.uniform(0.2, 1.0))
            return "file locked"
        await databases.throw_out(url)
        return "connections thrown out"

    async def kill_postgres(self) -> str:
        """The whole server at once, as when its machine loses power; it comes back from its log."""
        assert self.server
        await asyncio.to_thread(self.server.kill)
        await asyncio.sleep(self.dice.uniform(0, 1))
        await asyncio.to_thread(self.server.start)
        return "kill -9 PostgreSQL"

    async def refuse_writes(self) -> str:
        """For a moment nothing can be stored, as when the disk is full; reading goes on."""
        await databases.refuse_writes(self.bank.database_url, "CREATE")
        await asyncio.sleep(self.dice.uniform(0.3, 1.5))
        await databases.refuse_writes(self.bank.database_url, "DROP")
        return "writes refused"

    async def twilio(self) -> str:
        do = self.dice.choice(AT_TWILIO)
        await self.bank.plan(do, times=self.dice.randint(1, 4), seconds=self.dice.choice((0.2, 3.0)))
        return f"Twilio: {do}"

    async def refuse_account(self) -> str:
        do, code = self.dice.choice(REFUSALS)
        await self.bank.plan(do, code=code)
        return f"Twilio refuses the account: {do} {code}"

    async def lose_answers(self) -> str:
        """Texts that Twilio took without telling, and lists late."""
        times = self.dice.randint(1, 3)
        await self.bank.plan("hide", times=times, seconds=self.dice.uniform(0, LAG))
        await self.bank.plan("reset_after", times=times)
        return "Twilio: answer lost, list lags"

    async def fail_lists(self) -> str:
        do = self.dice.choice(LISTS)
        await self.bank.plan(do, times=self.dice.randint(1, 4), seconds=3.0)
        return f"Twilio: {do}"

    async def outage(self) -> str:
        for do in ("500", "list_500"):
            await self.bank.plan(do, times=10**9)
        await asyncio.sleep(self.dice.uniform(2, 8))
        await self.bank.end_faults()
        return "Twilio: out"

    async def set_clock(self) -> str:
        """Of one machine, two hours forward or back, or to within ten minutes of the right time again."""
        ahead = self.dice.choice((-SET, SET, self.dice.uniform(-WRONG, WRONG)))
        self.bank.set_clocks(self._any(), ahead)
        return "clock set"

    async def restore(self) -> str:
        """A copy of a few seconds ago is put back: of the database, the data folder, or of both with everything that runs."""
        backup = await asyncio.to_thread(Backup, self.bank)
        await asyncio.sleep(self.dice.uniform(1, 4))
        what = self.dice.choice(("database", "data folder", "database and data folder"))
        async with self.office.open:
            self.all_busy = True
            for name in ("web", *self.workers, "look"):
                if name in self.bank.processes:
                    self.bank.kill(name)
            await backup.put_back("database" in what, "folder" in what)
            for name in ("web", *self.workers):
                self._start(name)
            self.all_busy = False
        return f"{what} restored"

    async def stop(self) -> str:
        """Somebody writes STOP, texted or not yet; half of the webhooks are lost."""
        phone, heard = self.phones.pop(), self.dice.random() < 0.5
        said = {"from": phone, "to": self.number, "body": "STOP", "deliver": heard}
        async with httpx.AsyncClient(base_url=self.bank.twilio_url, timeout=20) as client:
            assert (await client.post("/simulator/replies", json=said)).status_code == 201
        self.stops.add(phone)
        return "STOP" if heard else "STOP, webhook lost"

    def _any(self) -> str:
        return self.dice.choice(("web", *self.workers))

    def _start(self, name: str) -> None:
        if name == "web":
            self.bank.start_web()
        else:
            self.bank.start_worker(name=name)
