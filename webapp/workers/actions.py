"""Jobs that close and reopen conversations as an action's audience changes, and publish actions at their time (SPEC A1, A9)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import clock, config, letters, queue
from webapp.models.actions import audience
from webapp.models.scripts import scheduling
from webapp.models.scripts.scheduling import Done

log = logging.getLogger(__name__)
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


async def publish_scheduled(ctx: dict[str, Any]) -> None:
    """One that can't be read or written keeps no other from its time; it is tried again at the next tick."""
    for action_id in await scheduling.due():
        try:
            if done := await scheduling.publish_due(action_id):
                await _tell(done)
        except Exception:
            log.exception("action %s could not be published at its time", action_id)


async def _tell(done: Done) -> None:
    """After the commit. The sweep makes the conversations where this nudge is lost; the office's pages tell what the letter
    tells."""
    action = done.action
    if not done.why_not:
        await queue.make_conversations(action.id)
        return
    link = config.settings().url(f"/c/{action.campaign.slug}/admin/actions/{action.id}/publication")
    told: dict[str, Any] = {"action": action, "at": done.at, "why_not": done.why_not, "link": link}
    await letters.write("not_published", done.by.email, done.by.language or "en", user=done.by, **told)
