"""Jobs that keep an action's conversations in step with its audience (SPEC A1)."""

from __future__ import annotations

from typing import Any

from webapp import clock, queue
from webapp.models.actions import audience
from webapp.workers.conversations import SWEEP


async def apply_audience(ctx: dict[str, Any], action_id: int) -> None:
    if await audience.sync_slice(action_id):
        await queue.apply_audience(action_id)


async def apply_audiences(ctx: dict[str, Any]) -> None:
    """What no nudge reached, or whose chain of nudges broke."""
    deadline = clock.steady() + SWEEP
    for action_id in await audience.unfinished():
        while clock.steady() < deadline and await audience.sync_slice(action_id):
            continue
