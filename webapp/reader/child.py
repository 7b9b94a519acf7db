"""Starting the process that reads, and hearing from it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

import webapp
from webapp.reader.rows import LONGEST_LINE, Order, Row
from webapp.reader.text import FileError, Shape

_HOME = Path(webapp.__file__).parents[1]
_TOO_LARGE = (
    "This file can't be read here: it needs more memory than one file may take. Save it as CSV and upload that."
)
NO_MEMORY = 3  # what the process ends with then
MEMORY = {"survey": 3_000_000_000, "rows": 1_000_000_000}  # bytes of address space; Python alone takes some 200 MB


class ReaderFailed(Exception):
    """The process that reads ended for a reason of ours; its last words are in the log."""


class Surveyed(msgspec.Struct):
    """``sheet``: what of a workbook was read, in words. Without a shape there is an error."""

    shape: Shape | None
    sheet: str = ""
    error_code: str = ""
    error_message: str = ""


async def survey(source: Path, copy: Path) -> Surveyed:
    """Makes the plain copy and says how to read it. Raises FileError. Cancelled, it leaves no process behind."""
    process = await _start("survey", str(source), str(copy))
    try:
        said, _ = await process.communicate()
    finally:
        await _end(process)
    _check(process.returncode)
    surveyed = msgspec.json.decode(said, type=Surveyed)
    if surveyed.shape is None:
        raise FileError(surveyed.error_code, surveyed.error_message)
    return surveyed


class Rows:
    """The rows of an order as they come: `take` some, until there are none."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        self._process, self._out, self._over = process, process.stdout, False
        self._decoder = msgspec.json.Decoder(Row)

    async def take(self, most: int) -> list[Row]:
        """Up to so many; none at the end of the file. A process that died before it raises FileError."""
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
    process = await _start("rows")
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
        "webapp.reader",
        what,
        str(MEMORY[what]),
        *paths,
        cwd=_HOME,
        limit=2 * LONGEST_LINE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


def _check(code: int | None) -> None:
    """A limit of memory or a kill from outside is the file's fault; anything else is ours."""
    if code == NO_MEMORY or (code or 0) < 0:
        raise FileError("too_large", _TOO_LARGE)
    if code:
        raise ReaderFailed


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends it and reads its last words: asyncio tells of an end only when the pipes are empty, and ours stands full
    whenever the worker is slower than the reader."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.stdout
    await process.stdout.read()
    await process.wait()
