"""Fetching what came with people's texts."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import media as gateway
from webapp.models import media
from webapp.models.media import Media

MOST = 20  # by one job
log = logging.getLogger(__name__)


async def fetch_media(ctx: dict[str, Any]) -> None:
    """A few of those that wait, one after the other: nobody waits for them."""
    for _ in range(MOST):
        if (row := await media.begin_next()) is None:
            return
        try:
            await _fetch(row)
        except Exception:  # it was counted as a try; the others have their turn
            log.exception("media %s could not be taken in", row.id)


async def _fetch(row: Media) -> None:
    try:
        found = await gateway.fetch(config.settings(), row.url)
    except gateway.Later as error:
        log.warning("media %s could not be fetched yet: %s", row.id, error)
        return
    await (media.refuse(row, found.why) if isinstance(found, gateway.Refused) else media.keep(row, found))
