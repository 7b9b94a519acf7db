"""A job of the clockwork that does nothing while it still runs in this process."""

from __future__ import annotations

import functools
from typing import Any

from arq.typing import WorkerCoroutine

_running: set[str] = set()


def alone(job: WorkerCoroutine) -> WorkerCoroutine:
    """A job that does nothing while it still runs in this process. (With a fixed id of arq's it would not run for a quarter
    of an hour after its worker was killed.)"""

    @functools.wraps(job)
    async def begun_once(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:
        if job.__qualname__ in _running:
            return
        _running.add(job.__qualname__)
        try:
            await job(ctx)
        finally:
            _running.discard(job.__qualname__)

    return begun_once
