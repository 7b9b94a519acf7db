"""Jobs that close and reopen conversations as an action's audience changes (SPEC A1)."""

from __future__ import annotations

from typing import Any

from webapp import clock, queue
from webapp.models.actions import audience

SWEEP = 10.0  # seconds a sweep spends on all actions


async def apply_audience(ctx: dict[str, Any], action_id: int) -> None:
    if await audience.sync_slice(action_id):
        await queue.apply_audience(action_id)


async def apply_audiences(ctx: dict[str, Any]) -> None:
    """Actions whose nudge was lost."""
    deadline = clock.steady() + SWEEP
    for action_id in await audience.unfinished():
        while clock.steady() < deadline and await audience.sync_slice(action_id):
            continue
