"""Starts the reading process and takes its answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from webapp.reader import process
from webapp.reader.counted import Counted
from webapp.reader.file_error import FileError
from webapp.reader.limits import NO_MEMORY
from webapp.reader.process import ReaderFailed
from webapp.reader.rows import LONGEST_LINE, Order, Row
from webapp.reader.shape import Wanted
from webapp.reader.surveying import Surveyed

_TOO_LARGE = (
    "This file can't be read here: it needs more memory than one file may take. Save it as CSV and upload that."
)
# Bytes of address space of each process; Python alone takes some 200 MB
MEMORY = {"surveying": 3_000_000_000, "preparing": 1_000_000_000}


async def survey(source: Path, copy: Path, wanted: Wanted | None = None) -> Surveyed:
    """Writes the plain copy. Raises FileError. Cancelled, it leaves no process behind."""
    surveyed = msgspec.json.decode(
        await _answer("surveying", wanted or Wanted(), str(source), str(copy)), type=Surveyed
    )
    if surveyed.shape is None:
        raise FileError(surveyed.error_code, surveyed.error_message)
    return surveyed


async def count(order: Order) -> Counted:
    """Raises FileError."""
    return msgspec.json.decode(await _answer("preparing", order), type=Counted)


async def _answer(what: str, order: Wanted | Order, *paths: str) -> bytes:
    """All that a process says to an order."""
    reading = await _start(what, *paths)
    try:
        reading.tell(msgspec.json.encode(order))
        said = await reading.all_it_says()
        _check(await reading.wait())
        return said
    finally:
        await reading.end()


class Rows:
    """The rows of an order, as the process reads them."""

    def __init__(self, reading: process.ReadingProcess) -> None:
        self._reading, self._over = reading, False
        self._waiting: list[Row] = []
        self._decoder = msgspec.json.Decoder(Row)

    async def take(self, most: int) -> list[Row]:
        """Up to ``most`` rows; none at the end of the file. Raises FileError where the process died before the end."""
        while len(self._waiting) < most and not self._over:
            lines = await self._reading.lines()
            if lines[-1:] == [b"end"]:
                self._over = True
                lines.pop()
            elif not lines:
                _check(await self._reading.wait())
                raise ReaderFailed
            self._waiting += map(self._decoder.decode, lines)
        found, self._waiting = self._waiting[:most], self._waiting[most:]
        return found


@contextlib.asynccontextmanager
async def rows(order: Order) -> AsyncIterator[Rows]:
    reading = await _start("preparing")
    try:
        reading.tell(msgspec.json.encode(order))
        yield Rows(reading)
    finally:
        await reading.end()


async def _start(what: str, *paths: str) -> process.ReadingProcess:
    return await process.start(what, MEMORY[what], *paths, limit=2 * LONGEST_LINE)


def _check(code: int | None) -> None:
    """Raises FileError after a memory limit or a kill, which are the file's fault; ReaderFailed after our own."""
    if code == NO_MEMORY or (code or 0) < 0:
        raise FileError("too_large", _TOO_LARGE)
    if code:
        raise ReaderFailed
