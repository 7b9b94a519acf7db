"""A reading process, forked by one that has its imports done (forking.py)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

import webapp

_HOME = Path(webapp.__file__).parents[1]
PIECE = 1 << 16  # bytes taken at once


class ReaderFailed(Exception):
    """The reading process failed through a fault of ours; the log has its error output."""


class Forker:
    """The forking process of this one: started with the first task, and again where it was killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: socket.socket | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._of = 0  # the process that started it: a fork of that one must not share its socket

    def begin(self, task: list[str], talk: socket.socket, end: socket.socket) -> None:
        message, ends = msgspec.json.encode(task), [talk.fileno(), end.fileno()]
        with self._lock:
            try:
                socket.send_fds(self._started(), [message], ends)
            except OSError:
                self._tasks = None
                socket.send_fds(self._started(), [message], ends)

    def _started(self) -> socket.socket:
        if self._tasks is None or self._of != os.getpid():
            self._tasks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                command = [sys.executable, "-m", "webapp.reader.forking", str(theirs.fileno())]
                self._running = subprocess.Popen(
                    command, cwd=_HOME, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
                )
            self._of = os.getpid()
        return self._tasks


_forker = Forker()
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ReadingProcess:
    def __init__(self, talk: Ends, ending: Ends) -> None:
        self._out, self._orders = talk
        self._end, self._ending = ending
        self._begun = b""  # of a line whose end has not come yet
        self._code: int | None = None

    def tell(self, order: bytes) -> None:
        """All that it is told."""
        self._orders.write(order)
        self._orders.write_eof()

    async def all_it_says(self) -> bytes:
        """To its end, also where it died before it had read its order."""
        said = b""
        with contextlib.suppress(ConnectionError):
            while part := await self._out.read(1 << 20):
                said += part
        return said

    async def lines(self) -> list[bytes]:
        """The next whole lines, without their ends: as many as are there. None where the process died."""
        lines: list[bytes] = []
        while not lines:
            try:
                part = await self._out.read(PIECE)
            except ConnectionError:
                part = b""
            if not part:
                return []
            *lines, self._begun = (self._begun + part).split(b"\n")
        return lines

    async def wait(self) -> int:
        """The exit code, negative for a signal. ReaderFailed where it could not begin, or its parent was killed."""
        if self._code is None:
            told = await self._end.readline()
            if not told.endswith(b"\n"):
                raise ReaderFailed
            self._code = int(told)
        return self._code

    async def end(self) -> None:
        """Ends it, whatever it does."""
        with contextlib.suppress(OSError, ReaderFailed):
            self._ending.write_eof()  # it is killed by the one that forked it
            await self.wait()
        self._orders.close()
        self._ending.close()


async def start(what: str, memory: int, *arguments: str, limit: int) -> ReadingProcess:
    """``memory``: bytes of address space; ``limit``: of the longest line it says."""
    talk, their_talk = socket.socketpair()
    end, their_end = socket.socketpair()
    with their_talk, their_end:
        _forker.begin([what, str(memory), *arguments], their_talk, their_end)
    ending = await asyncio.open_unix_connection(sock=end)
    talking = await asyncio.open_unix_connection(sock=talk, limit=limit)
    return ReadingProcess(talking, ending)
