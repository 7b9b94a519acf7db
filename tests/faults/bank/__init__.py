"""A whole text bank of real processes, to be killed: Valkey, simulator, web and worker on ports of the kernel's.

A judge asks the simulator: which phones got what.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.cast import forked
from tests.cast.stand_ins.simulated import valkey_command
from tests.cast.waiting import free_port, until
from tests.faults import machine
from tests.faults.bank import surroundings

Process = subprocess.Popen[bytes] | forked.Forked
MACHINE = [sys.executable, "-m", "tests.faults.machine"]
ROOT = surroundings.ROOT
PASSWORD = "a long password"
SEED = int(os.environ.get("TEXTBANK_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
OF_THE_ACCOUNT = (10001, 20003, 30002, 30024, 30032, 30034)  # the carriers never got such a text
LONG = "TEXTBANK_FAULTS" in os.environ  # bin/bench faults
PATIENCE = 900 if LONG else 90  # seconds; only a build that hangs waits for their end
only_long = pytest.mark.skipif(not LONG, reason="bin/bench faults")
KILLS = int(os.environ.get("TEXTBANK_FAULT_KILLS", "4"))


@dataclass
class Bank:
    folder: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    processes: dict[str, Process] = field(default_factory=dict, repr=False)
    one_machine: bool = False  # all processes have the same clocks
    seeded: dict[str, Any] = field(default_factory=dict, repr=False)
    _looking: threading.Lock = field(default_factory=threading.Lock)  # one look at a time

    def __post_init__(self) -> None:
        self.web_port, self.twilio_port = free_port(), free_port()
        self.url, self.twilio_url = f"http://127.0.0.1:{self.web_port}", f"http://127.0.0.1:{self.twilio_port}"
        data = self.folder / "var"
        data.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        afternoon = now.replace(hour=19, minute=0, second=0)  # 2 or 3 in New York, awake from Maine to Hawaii
        (data / "clock").write_text(repr((afternoon - now).total_seconds()))
        self.environment = surroundings.environment(self.folder, self.database_url, self.web_port, self.twilio_url)

    async def open(
        self, people: int, volunteers: int = 3, bucket: int = 100, rate: float = 500, undo: int = 0
    ) -> dict[str, Any]:
        """Everything but web and worker; the database seeded. Returns what the seed made."""
        self.start_valkey()
        await until(lambda: (self.folder / "valkey.sock").exists())
        self.start("simulator", surroundings.simulator(self.folder, self.twilio_port))
        await until(self.twilio_answers)
        seed = [sys.executable, "-m", "tests.faults.seed", *map(str, (people, volunteers, bucket, rate, undo))]
        told = await asyncio.to_thread(forked.run, seed, self.environment)
        assert told.returncode == 0, told.stderr[-3000:]
        made: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
        self.seeded = made
        async with httpx.AsyncClient(base_url=self.twilio_url) as client:
            for number in made["numbers"]:
                body = {"phone": number, "sms_url": f"{self.url}/webhooks/twilio/inbound"}
                await client.post("/simulator/numbers", json=body)
        return made

    def start(self, name: str, command: list[str], talks: bool = False, **environment: str) -> Process:
        """``talks``: its input and output are ours; else both outputs go to its log. One with clocks of its own is a fresh
        process: libraries ask for the clocks when they are imported."""
        if self.clocks(name).exists():
            environment["CLOCKS"] = str(self.clocks(name))
        all_of_it = {**self.environment, **environment}
        with (self.folder / f"{name}.log").open("ab") as log:
            if command[0] == sys.executable and "CLOCKS" not in environment:
                self.processes[name] = forked.start(command, all_of_it, log, log, talks)
            else:
                self.processes[name] = subprocess.Popen(
                    command,
                    env=all_of_it,
                    cwd=ROOT,
                    stdin=subprocess.PIPE if talks else None,
                    stdout=subprocess.PIPE if talks else log,
                    stderr=log,
                    start_new_session=True,
                )
        return self.processes[name]

    def start_valkey(self) -> None:
        self.start("valkey", valkey_command(str(self.folder), str(self.folder / "valkey.sock")))

    async def save_valkey(self) -> None:
        """Writes what it knows into `dump.rdb`, which it reads when it starts."""
        await self.tell_valkey("save")

    async def tell_valkey(self, command: str) -> None:
        await surroundings.tell_valkey(self.folder, command)

    def start_web(self, die: str = "", broken: str = "") -> Process:
        return self._start_ours("web", "web", die, broken)

    def start_worker(
        self, die: str = "", broken: str = "", name: str = "worker", sleep: int = 0, **more: str
    ) -> Process:
        """``more`` of its environment."""
        return self._start_ours(name, "worker", die, broken, SLEEP=str(sleep), **more)

    def _start_ours(self, name: str, what: str, die: str, broken: str, **more: str) -> Process:
        """Each process is a machine with clocks of its own, where they were set."""
        return self.start(name, [*MACHINE, what], False, DIE=die, BROKEN=broken, **more)

    def clocks(self, name: str) -> Path:
        return self.folder / f"{'all' if self.one_machine else name}.clocks"

    def set_clocks(self, name: str, ahead: float, stood: float = 0.0) -> None:
        """The wall clock of a process's machine is so many seconds ahead; its steady clock stood still for so long."""
        machine.set_clocks(self.clocks(name), ahead, stood)

    async def asleep(self, name: str) -> None:
        """Until its machine sleeps."""
        process = psutil.Process(self.processes[name].pid)
        await until(lambda: process.status() == psutil.STATUS_STOPPED, 30)

    def wake(self, name: str, slept: float) -> None:
        """Its steady clock stood still for all that time."""
        self.set_clocks(name, 0.0, slept)
        self.processes[name].send_signal(signal.SIGCONT)

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def close(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()

    async def plan(self, do: str, **more: float | str) -> None:
        """A fault of the simulator."""
        async with httpx.AsyncClient(base_url=self.twilio_url, timeout=20) as client:
            assert (await client.post("/simulator/faults", json={"do": do, **more})).status_code == 201

    async def end_faults(self) -> None:
        async with httpx.AsyncClient(base_url=self.twilio_url, timeout=20) as client:
            await client.delete("/simulator/faults")

    async def texted(self) -> Counter[str]:
        """How often each phone was texted. A text that reached nobody because of the account counts for nobody."""
        return Counter(text["to"] for text in await self.sent() if text["error_code"] not in OF_THE_ACCOUNT)

    async def twice(self) -> list[str]:
        return sorted(phone for phone, times in (await self.texted()).items() if times > 1)

    async def click(self, people: int) -> None:
        """Volunteers send the cards of so many people; without the site."""
        phones = (await self.look("clicked", str(people)))["phones"]
        assert len(phones) == people, f"only {len(phones)} of {people} texts were queued"

    async def all_taken(self, people: int, seconds: float = 60) -> None:
        """Until so many texts are taken and none is under way. Staff decide texts that are unknown a second time."""

        async def taken() -> bool:
            texts = await self.look("texts")
            if texts.get("out initial unknown"):
                await self.look("decided", *await self.texted())
            return bool(texts.get("out initial taken", 0) == people)

        try:
            await until(taken, seconds, 0.2)
        except AssertionError as error:
            raise AssertionError(f"{await self.look('texts')} {await self.look('open')}") from error

    async def ended(self, process: Process, seconds: float = 60) -> None:
        await until(lambda: process.poll() is not None, seconds)

    async def twilio_answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(base_url=self.twilio_url) as client:
                return (await client.get("/simulator/health")).status_code == 200
        return False

    async def web_answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(base_url=self.url, timeout=2) as client:
                return (await client.get("/health")).status_code == 200
        return False

    async def sent(self) -> list[dict[str, Any]]:
        """The texts the simulator took, in order."""
        async with httpx.AsyncClient(base_url=self.twilio_url, timeout=20) as client:
            texts: list[dict[str, Any]] = (await client.get("/simulator/messages")).json()
            return texts

    async def look(self, what: str, *more: str) -> dict[str, Any]:
        """The database's answer, asked by a process of its own that stays."""
        return await asyncio.to_thread(self._look, " ".join([what, *more]))

    def _look(self, line: str) -> dict[str, Any]:
        with self._looking:
            looker = self.processes.get("look")
            if looker is None or looker.poll() is not None:
                looker = self.start("look", [*MACHINE, "look"], talks=True)
            assert looker.stdin and looker.stdout
            looker.stdin.write(line.encode() + b"\n")
            looker.stdin.flush()
            answer = looker.stdout.readline()
            assert answer, f"the look at {line} failed\n{self.logs()}"
            said: dict[str, Any] = json.loads(answer)
            return said

    def logs(self) -> str:
        return "\n".join(
            f"== {f.name}\n{f.read_text(errors='replace')[-1500:]}" for f in sorted(self.folder.glob("*.log"))
        )


@contextlib.asynccontextmanager
async def open_bank(
    folder: Path, url: str, people: int, volunteers: int = 3, bucket: int = 100, rate: float = 500, undo: int = 0
) -> AsyncIterator[tuple[Bank, dict[str, Any]]]:
    bank = Bank(folder, url)
    try:
        yield bank, await bank.open(people, volunteers, bucket, rate, undo)
    except BaseException:
        print(bank.logs())
        raise
    finally:
        bank.close()
