"""Fetching what came with people's texts."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import media as gateway
from webapp.gateways import twilio
from webapp.models.receiving import media
from webapp.models.receiving.media import Media

MOST = 20  # by one job
log = logging.getLogger(__name__)


async def fetch_media(ctx: dict[str, Any]) -> None:
    """A few of those that wait, one after the other: nobody waits for them."""
    for _ in range(MOST):
        if (row := await media.begin_next()) is None:
            return
        try:
            await _fetch(ctx, row)
        except Exception:  # it was counted as a try; the others have their turn
            log.exception("media %s could not be taken in", row.id)


async def _fetch(ctx: dict[str, Any], row: Media) -> None:
    try:
        found = await gateway.fetch(config.settings(), row.url or await _address(ctx["twilio"], row))
    except (gateway.Later, *twilio.TROUBLE) as error:
        log.warning("media %s could not be fetched yet: %s", row.id, error)
        return
    await (media.refuse(row, found.why) if isinstance(found, gateway.Refused) else media.keep(row, found))


async def _address(account: twilio.Twilio, row: Media) -> str:
    """Of a text that was listed and not delivered to us: Twilio has its files' addresses. Nothing where it has none."""
    sid, place = await media.of_text(row)
    found = await account.media_of(sid)
    return found[place] if place < len(found) else ""
