"""Long work in slices, each one transaction short enough that the site's own writes hardly wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from webapp import clock

T = TypeVar("T")

FIRST, SMALLEST, LARGEST = 100, 20, 1_000  # rows a slice
SECONDS = 0.04  # a slice aims at this long
REST = 0.25  # of a slice's time nothing is done after it, so that others get their turn


class Pace:
    """How many rows the next slice has: it grows slowly and shrinks at once."""

    def __init__(self) -> None:
        self.size = min(FIRST, LARGEST)

    async def take(self, slice_: Awaitable[T]) -> T:
        """Does the slice, learns from how long it took, and rests."""
        began = clock.steady()
        done = await slice_
        took = clock.steady() - began
        wanted = self.size * SECONDS / max(took, 0.001)
        self.size = int(min(max(wanted, SMALLEST), self.size * 1.5, LARGEST))
        await asyncio.sleep(took * REST)
        return done
