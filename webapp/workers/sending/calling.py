"""The calls of Twilio under way by each number in this process: how many at once, and whether they are slow (SPEC X4)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import ClassVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from webapp import clock

AT_ONCE = 20  # calls at once by one number
SLOW = 2.0  # seconds after which a call that is not answered yet is slow
SLOW_OF_NUMBER, SLOW_OF_ALL = 2, 10  # so many slow calls, and no more are begun: an outage makes few texts unknown


class Lines:
    """The calls under way by one number in this process, shared by all drains of it."""

    of_all: ClassVar[dict[object, float]] = {}  # each call of any number, and when it began

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(AT_ONCE)
        self.begun: dict[object, float] = {}
        self.failing = 0  # calls that failed and are not stored as such yet

    @contextlib.contextmanager
    def calling(self) -> Iterator[None]:
        call = object()
        self.begun[call] = self.of_all[call] = clock.steady()
        try:
            yield
        finally:
            del self.begun[call], self.of_all[call]

    @contextlib.contextmanager
    def failed(self) -> Iterator[None]:
        """While it is stored no other call should begin: the number may have to rest."""
        self.failing += 1
        try:
            yield
        finally:
            self.failing -= 1

    def hold(self) -> bool:
        """Should no more calls begin, for so many are not answered yet, or one failed and is not stored yet?"""
        since = clock.steady() - SLOW
        of_number = sum(began < since for began in self.begun.values())
        of_all = sum(began < since for began in self.of_all.values())
        return self.failing > 0 or of_number >= SLOW_OF_NUMBER or of_all >= SLOW_OF_ALL


_Lines = WeakValueDictionary[int, Lines]  # of each number that is being drained
_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lines] = WeakKeyDictionary()


def lines_of(number_id: int) -> Lines:
    """Shared by all drains of the number."""
    lines = _lines.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return lines.setdefault(number_id, Lines())
