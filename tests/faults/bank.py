"""A whole text bank of real processes, to be killed: Valkey, simulator, web and worker on ports of the kernel's.

Whoever looks at it judges by the simulator: which phones got what.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.cast.simulated import valkey_command
from tests.cast.waiting import free_port, until
from webapp.simulator import account as simulator

ROOT = Path(__file__).parents[2]
PASSWORD = "a long password"
SEED = int(os.environ.get("TEXTBANK_FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
KILLS = int(os.environ.get("TEXTBANK_FAULT_KILLS", "4"))


@dataclass
class Bank:
    folder: Path
    database_url: str
    environment: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    seeded: dict[str, Any] = field(default_factory=dict)
    _looking: threading.Lock = field(default_factory=threading.Lock)  # one look at a time

    def __post_init__(self) -> None:
        self.web_port, self.twilio_port = free_port(), free_port()
        self.url, self.twilio_url = f"http://127.0.0.1:{self.web_port}", f"http://127.0.0.1:{self.twilio_port}"
        data = self.folder / "var"
        data.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        afternoon = now.replace(hour=19, minute=0, second=0)  # 2 or 3 in New York, awake from Maine to Hawaii
        (data / "clock").write_text(repr((afternoon - now).total_seconds()))
        self.environment = {
            **os.environ,
            "TEXTBANK_DATABASE_URL": self.database_url,
            "TEXTBANK_REDIS_URL": f"unix://{self.folder / 'valkey.sock'}",
            "TEXTBANK_PORT": str(self.web_port),
            "TEXTBANK_PUBLIC_URL": self.url,
            "TEXTBANK_DATA_DIR": str(data),
            "TEXTBANK_SECRET_KEY": "for tests",
            "TEXTBANK_TWILIO_ACCOUNT_SID": simulator.ACCOUNT,
            "TEXTBANK_TWILIO_AUTH_TOKEN": simulator.TOKEN,
            "TEXTBANK_TWILIO_API_URL": self.twilio_url,
            "PYTHONPATH": str(ROOT),
        }

    async def open(
        self, people: int, volunteers: int = 3, bucket: int = 100, rate: float = 500, undo: int = 0
    ) -> dict[str, Any]:
        """Everything but web and worker; the database seeded. Returns what the seed made."""
        self.start_valkey()
        await until(lambda: (self.folder / "valkey.sock").exists())
        self.start(
            "simulator",
            [
                sys.executable,
                "-m",
                "webapp.simulator",
                "--port",
                str(self.twilio_port),
                "--pace",
                "0.05",
                "--clock-file",
                str(self.folder / "var" / "clock"),
            ],
        )
        await until(self.twilio_answers)
        seed = [sys.executable, "-m", "tests.faults.seed", *map(str, (people, volunteers, bucket, rate, undo))]
        told = await asyncio.to_thread(
            subprocess.run, seed, env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert told.returncode == 0, told.stderr[-3000:]
        made: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
        self.seeded = made
        async with httpx.AsyncClient(base_url=self.twilio_url) as client:
            for number in made["numbers"]:
                body = {"phone": number, "sms_url": f"{self.url}/webhooks/twilio/inbound"}
                await client.post("/simulator/numbers", json=body)
        return made

    def start(self, name: str, command: list[str], talks: bool = False, **environment: str) -> subprocess.Popen[bytes]:
        """``talks``: its input and output are ours; else both outputs go to its log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                env={**self.environment, **environment},
                cwd=ROOT,
                stdin=subprocess.PIPE if talks else None,
                stdout=subprocess.PIPE if talks else log,
                stderr=log,
                start_new_session=True,
            )
        return self.processes[name]

    def start_valkey(self) -> None:
        self.start("valkey", valkey_command(str(self.folder), str(self.folder / "valkey.sock")))

    def start_web(self, die: str = "", broken: str = "") -> subprocess.Popen[bytes]:
        return self.start("web", [sys.executable, "-m", "tests.faults.process", "web"], DIE=die, BROKEN=broken)

    def start_worker(self, die: str = "", broken: str = "", name: str = "worker") -> subprocess.Popen[bytes]:
        return self.start(name, [sys.executable, "-m", "tests.faults.process", "worker"], DIE=die, BROKEN=broken)

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def close(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()

    async def ended(self, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
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
                looker = self.start("look", [sys.executable, "-m", "tests.faults.look"], talks=True)
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


class Volunteer:
    """Someone who texts with plain forms, and presses again when the site does not answer."""

    def __init__(self, bank: Bank, email: str) -> None:
        self.bank, self.email = bank, email
        self.client = httpx.AsyncClient(base_url=bank.url, timeout=8, follow_redirects=True)

    async def press(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Until the site answers; the same form each time."""
        for _ in range(400):
            try:
                answer = await self.client.request(method, path, data=data)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code < 500:
                return answer
            await asyncio.sleep(0.05)
        raise AssertionError(f"{path} never answered\n{self.bank.logs()}")

    async def log_in(self) -> None:
        answer = await self.press("POST", "/login", {"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200 and "/login" not in str(answer.url), answer.text[:500]

    async def text_all(self, action_id: int) -> int:
        """Start, then Send until nobody is left; how many clicks were answered."""
        page, clicks = await self.press("POST", f"/c/meyer/actions/{action_id}/buckets"), 0
        while True:
            form = re.search(
                r'action="(/c/meyer/queue/\d+/messages)".*?name="client_message_id" value="([^"]+)".*?name="hash" value="([^"]*)"',
                page.text,
                re.S,
            )
            if form is None:
                again = await self.press("POST", f"/c/meyer/actions/{action_id}/buckets")
                if "/queue" not in str(again.url):
                    return clicks
                page = again
                continue
            page = await self.press("POST", form[1], {"client_message_id": form[2], "hash": form[3]})
            clicks += 1

    async def close(self) -> None:
        await self.client.aclose()


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
