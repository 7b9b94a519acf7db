"""The job that makes the texts of opt-in forms: the row is the truth, a nudge or the clockwork begins it (SPEC B2)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import queue
from webapp.models.opt_ins import texting

log = logging.getLogger(__name__)


async def text_sign_ups(ctx: dict[str, Any]) -> None:
    """Queues what is wanted. One that fails is tried later and blocks no other."""
    for sign_up_id in await texting.due():
        try:
            number_id = await texting.text(sign_up_id)
        except Exception:
            log.exception("the text to sign-up %s could not be made", sign_up_id)
            await texting.failed(sign_up_id)
            continue
        if number_id:
            await queue.drain(number_id)
