"""Whether this process has taken in what came while it did not run: before that no text may leave (SPEC X5)."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.gateways import twilio
from webapp.workers.receiving import catching_up

STOOD_STILL = 60.0  # a process that did not run for so long may have slept while webhooks were lost
WAIT = 4.0  # seconds one drain waits for the lists; they are read on meanwhile
log = logging.getLogger(__name__)


@dataclass
class Listening:
    """Of one process. ``heard``: it took in what was missed before it began, and did not stand still since. ``seen``: when it
    ran last, by the steady clock, which goes on while the machine sleeps."""

    heard: bool = False
    seen: float = -math.inf
    reading: asyncio.Task[None] | None = None

    @property
    def is_reading(self) -> bool:
        return self.reading is not None and not self.reading.done()

    @classmethod
    def of(cls, ctx: dict[str, Any]) -> Listening:
        """The process's own. Call it often: between two calls too far apart the process stood still."""
        found: Listening = ctx.setdefault("listening", cls())
        now = clock.steady()
        found.heard, found.seen = found.heard and now - found.seen < STOOD_STILL, now
        return found


async def listen(ctx: dict[str, Any]) -> bool:
    """Takes in what came while this process did not run: among it may be a STOP. False where it is not all in yet: no text may
    leave meanwhile."""
    listening = Listening.of(ctx)
    if not listening.heard:
        if not listening.is_reading:
            listening.reading = asyncio.create_task(_read(ctx["twilio"], listening))
        if listening.reading:
            await asyncio.wait({listening.reading}, timeout=WAIT)
    return listening.heard


async def _read(gateway: twilio.Twilio, listening: Listening) -> None:
    try:
        listening.heard = await catching_up.take_in_missed(gateway, catching_up.SECONDS)
    except Exception:
        log.exception("what was missed could not be taken in")
