"""Jobs that fetch the files that came with people's texts (SPEC X5)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config, news
from webapp.gateways import media as gateway
from webapp.gateways import twilio
from webapp.models.receiving import media
from webapp.models.receiving.media import Media

MOST = 20  # files one job fetches
log = logging.getLogger(__name__)


async def fetch_media(ctx: dict[str, Any]) -> None:
    """One after the other; a sweep starts the next job."""
    for _ in range(MOST):
        if (row := await media.begin_next()) is None:
            return
        try:
            await _fetch(ctx, row)
        except Exception:  # this try is counted; the other files have their turn
            log.exception("media %s could not be taken in", row.id)


async def _fetch(ctx: dict[str, Any], row: Media) -> None:
    try:
        found = await gateway.fetch(config.settings(), row.url or await _address(ctx["twilio"], row))
    except (gateway.Later, *twilio.TROUBLE) as error:
        log.warning("media %s could not be fetched yet: %s", row.id, error)
        return
    await (media.refuse(row, found.why) if isinstance(found, gateway.Refused) else media.keep(row, found))
    if conversation_id := await media.conversation_of(row):
        await news.tell(conversation_id)


async def _address(account: twilio.Twilio, row: Media) -> str:
    """The file's address for a text that Twilio listed and never delivered to us. Its list of files may come later than
    the text."""
    sid, place = await media.of_text(row)
    found = await account.media_of(sid)
    if place >= len(found):
        raise gateway.Later("not listed yet")
    return found[place]
