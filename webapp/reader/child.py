"""Starts the reading process and takes its answers."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

import webapp
from webapp.reader.counted import Counted
from webapp.reader.file_error import FileError
from webapp.reader.limits import NO_MEMORY
from webapp.reader.rows import LONGEST_LINE, Order, Row
from webapp.reader.shape import Wanted
from webapp.reader.surveying import Surveyed

_HOME = Path(webapp.__file__).parents[1]
_TOO_LARGE = (
    "This file can't be read here: it needs more memory than one file may take. Save it as CSV and upload that."
)
# Bytes of address space of each process; Python alone takes some 200 MB
MEMORY = {"surveying": 3_000_000_000, "preparing": 1_000_000_000}


class ReaderFailed(Exception):
    """The reading process failed through a fault of ours; the log has its error output."""


async def survey(source: Path, copy: Path, wanted: Wanted | None = None) -> Surveyed:
    """Writes the plain copy. Raises FileError. Cancelled, it leaves no process behind."""
    process = await _start("surveying", str(source), str(copy))
    try:
        said, _ = await process.communicate(msgspec.json.encode(wanted or Wanted()))
    finally:
        await _end(process)
    _check(process.returncode)
    surveyed = msgspec.json.decode(said, type=Surveyed)
    if surveyed.shape is None:
        raise FileError(surveyed.error_code, surveyed.error_message)
    return surveyed


async def count(order: Order) -> Counted:
    """Raises FileError."""
    process = await _start("preparing")
    try:
        said, _ = await process.communicate(msgspec.json.encode(order))
    finally:
        await _end(process)
    _check(process.returncode)
    return msgspec.json.decode(said, type=Counted)


class Rows:
    """The rows of an order, as the process reads them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        self._process, self._out, self._over = process, process.stdout, False
        self._decoder = msgspec.json.Decoder(Row)

    async def take(self, most: int) -> list[Row]:
        """Up to ``most`` rows; none at the end of the file. Raises FileError where the process died before the end."""
        found: list[Row] = []
        while len(found) < most and not self._over:
            line = await self._out.readline()
            if line == b"end\n":
                self._over = True
            elif not line.endswith(b"\n"):
                _check(await self._process.wait())
                raise ReaderFailed
            else:
                found.append(self._decoder.decode(line))
        return found


@contextlib.asynccontextmanager
async def rows(order: Order) -> AsyncIterator[Rows]:
    process = await _start("preparing")
    assert process.stdin
    try:
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.close()
        yield Rows(process)
    finally:
        await _end(process)


async def _start(what: str, *paths: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"webapp.reader.{what}",
        str(MEMORY[what]),
        *paths,
        cwd=_HOME,
        limit=2 * LONGEST_LINE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


def _check(code: int | None) -> None:
    """Raises FileError after a memory limit or a kill, which are the file's fault; ReaderFailed after our own."""
    if code == NO_MEMORY or (code or 0) < 0:
        raise FileError("too_large", _TOO_LARGE)
    if code:
        raise ReaderFailed


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kills the process and drains its output: asyncio reports an exit only once the pipes are empty, and this one is
    full whenever the worker is slower than the reader."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.stdout
    await process.stdout.read()
    await process.wait()
