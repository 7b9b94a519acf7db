"""Jobs that measure scripts over a list and forget what no script uses (SPEC A4, A6, B1)."""

from __future__ import annotations

from typing import Any

from webapp import queue
from webapp.models import long_work
from webapp.models.actions import pictures
from webapp.models.scripts import cost, links
from webapp.models.scripts.cost import ScriptMeasure
from webapp.workers import conversations

MEASURE = 2.0  # seconds one job spends on a measure


async def run_measure(ctx: dict[str, Any], measure_id: int) -> None:
    """A few seconds at a time, so that texts never wait for it."""
    try:
        more = await cost.run(measure_id, MEASURE)
    except Exception:
        conversations.log.exception("measure %s stumbled", measure_id)
        await cost.stumbled(measure_id)
        return
    if more:
        await queue.run_measure(measure_id)


async def resume_measures(ctx: dict[str, Any]) -> None:
    for measure_id in await long_work.abandoned(ScriptMeasure):
        await queue.run_measure(measure_id)


async def forget_unused(ctx: dict[str, Any]) -> None:
    """What nobody has use for any more: pictures nobody took, links nobody was sent, measures of yesterday."""
    await pictures.forget_unused()
    await links.forget_unsent()
    await cost.forget()
