"""Jobs that count scripts' costs, and delete what no script uses (SPEC A4, A6, B1)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import queue
from webapp.models import long_work
from webapp.models.actions import pictures
from webapp.models.links import links
from webapp.models.scripts import cost
from webapp.models.scripts.cost import ScriptCost

WORK = 2.0  # seconds; the rest of a count is the next call's, so that texts never wait for it
log = logging.getLogger(__name__)


async def run_cost(ctx: dict[str, Any], cost_id: int) -> None:
    try:
        more = await cost.run(cost_id, WORK)
    except Exception:
        log.exception("script cost %s stumbled", cost_id)
        await cost.stumbled(cost_id)
        return
    if more:
        await queue.run_cost(cost_id)


async def resume_costs(ctx: dict[str, Any]) -> None:
    """Counts whose worker died, or whose first nudge was lost."""
    for cost_id in await long_work.abandoned(ScriptCost):
        await queue.run_cost(cost_id)


async def forget_unused(ctx: dict[str, Any]) -> None:
    """Deletes pictures of no script, links that no text carries, and old costs."""
    await pictures.forget_unused()
    await links.forget_unsent()
    await cost.forget()
