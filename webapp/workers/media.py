"""Fetching what came with people's texts."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import media as gateway
from webapp.models import media

log = logging.getLogger(__name__)


async def fetch_media(ctx: dict[str, Any]) -> None:
    """A few of those that wait, one after the other: nobody waits for them."""
    for row in await media.waiting():
        try:
            found = await gateway.fetch(config.settings(), row.url)
        except gateway.Later as error:
            log.warning("media %s could not be fetched yet: %s", row.id, error)
            await media.try_later(row)
            continue
        await (media.refuse(row, found.why) if isinstance(found, gateway.Refused) else media.keep(row, found))
