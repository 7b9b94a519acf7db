"""Processes of tests, forked from one that has the product's imports done: a fresh one spends most of its time on them.

They are processes like any other: each has an id, a session, an environment, arguments and streams of its own, and ends as a
fresh one does. `python -m tests.cast.forked FD`, FD being a socket of the tests', is the one they are forked from.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
Textbank = Callable[..., subprocess.CompletedProcess[str]]
Shell = Callable[[Path], Textbank]
LONGEST = 150_000  # bytes of a message
# None of them asks for its environment or a clock while it is imported: it would keep the first process's
IMPORTED = (
    "webapp.running.web",
    "webapp.workers.main",
    "webapp.simulator.main",
    "webapp.simulator.van.main",
    "webapp.cli",
    "tests.cast.opt_ins",
    "tests.cast.stand_ins.push_service",
    "tests.faults.seed",
)


class Forked:
    """A process, with what tests use of a `subprocess.Popen`."""

    def __init__(self, first: First, pid: int) -> None:
        self._first, self.pid = first, pid
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._first.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = time.monotonic() + (timeout or 10**9)
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Its id is its own until its end was asked for."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class First:
    """The process that the others are forked from. It ends with the tests."""

    def __init__(self) -> None:
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.cast.forked", str(its.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()])
        its.close()
        self._asking = threading.Lock()

    def ask(self, what: dict[str, Any], files: list[int] | None = None) -> Any:
        with self._asking:
            socket.send_fds(self._socket, [json.dumps(what).encode()], files or [])
            answer = self._socket.recv(LONGEST)
        assert answer, "the process that others are forked from has ended"
        return json.loads(answer)


first = lru_cache(maxsize=1)(First)


def start(
    command: list[str],
    environment: Mapping[str, str],
    output: IO[bytes] | int | None = None,
    error: IO[bytes] | int | None = None,
    talks: bool = False,
    folder: Path = ROOT,
) -> Forked:
    """``command``: [sys.executable, "-m" or "-c", ...]. ``talks``: its standard input and output are pipes of ours."""
    assert command[0] == sys.executable and command[1] in ("-m", "-c")
    with contextlib.ExitStack() as stack:
        ours: list[int] = []
        streams = [subprocess.DEVNULL, output, error]
        if talks:
            (its_input, our_input), (our_output, its_output) = os.pipe(), os.pipe()
            ours = [our_input, our_output]
            streams[:2] = [its_input, its_output]
            for each in (its_input, its_output):
                stack.callback(os.close, each)
        files = [_file(stream, number, stack) for number, stream in enumerate(streams)]
        told = {"words": command[1:], "environment": dict(environment), "folder": str(folder)}
        forked = Forked(first(), first().ask(told, files))
    if talks:
        forked.stdin, forked.stdout = os.fdopen(ours[0], "wb", 0), os.fdopen(ours[1], "rb")
    return forked


def _file(stream: IO[bytes] | int | None, number: int, stack: contextlib.ExitStack) -> int:
    if stream == subprocess.DEVNULL:
        return stack.enter_context(open(os.devnull, "r+b", 0)).fileno()
    if stream is None:
        return number
    return stream if isinstance(stream, int) else stream.fileno()


def run(
    command: list[str], environment: Mapping[str, str], folder: Path = ROOT, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """To its end. Its outputs are kept; what it says of errors is put out too."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        process = start(command, environment, output, error, folder=folder)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        said = [_read(file) for file in (output, error)]
    sys.stderr.write(said[1])
    return subprocess.CompletedProcess(command, code, *said)


def textbank_in(folder: Path) -> Textbank:
    """`textbank ...` as a shell in this folder runs it, on the database there."""
    environment = {"TEXTBANK_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return lambda *words: run([sys.executable, "-m", "webapp.cli", *words], environment, folder)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def main() -> None:
    tests = socket.socket(fileno=int(sys.argv[1]))
    for name in IMPORTED:
        importlib.import_module(name)
    commands = importlib.import_module("webapp.commands")
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"webapp.commands.{module.name}")
    importlib.import_module("webapp.rules.contacts.contact_zones").state_of_zip("15213")  # reads all ZIPs, for a second
    gc.collect()
    gc.freeze()
    while True:
        message, files, _, _ = socket.recv_fds(tests, LONGEST, 3)
        if not message:  # the tests have ended
            return
        told = json.loads(message)
        if "ended" in told:
            pid, status = os.waitpid(told["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif (answer := os.fork()) == 0:
            tests.close()
            _become(told["words"], told["environment"], told["folder"], files)
            return
        for each in files:
            os.close(each)
        tests.sendall(json.dumps(answer).encode())


def _become(words: list[str], environment: dict[str, str], folder: str, files: list[int]) -> None:
    """Becomes `python WORDS`: its end is the end of this process."""
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if words[0] == "-m":
        sys.argv = words[1:]
        sys.modules.pop(words[1], None)  # the first process may have looked into it
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main()
