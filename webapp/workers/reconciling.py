"""Was the database restored from a backup? Then nothing leaves until what was sent since is marked (SPEC X2)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from webapp import clock, config
from webapp.gateways import twilio
from webapp.models import restoring
from webapp.models.numbers import PhoneNumber
from webapp.workers import sending

BEFORE = timedelta(hours=1)  # how far before the newest claim it knows of a restored database is compared
log = logging.getLogger(__name__)


async def notice_restore(ctx: dict[str, Any]) -> None:
    """The worker notes beside the database how far sending has got. A database that knows of less is an older one."""
    noted, newest = _noted(), await restoring.newest_claim()
    if noted and await restoring.older_than(noted):
        if await restoring.stop_all():
            log.error("this database is older than what was sent: everything is stopped until it is reconciled")
        return
    if newest and (noted is None or newest > noted):
        _note(newest)


class NotHeard(Exception):
    """What came in could not be listed for every number."""


async def reconcile(gateway: twilio.Twilio) -> Counter[str]:
    """Marks what Twilio sent, takes in what came, and lets an owner go on; how many texts were known, settled, marked."""
    newest, counts, began = await restoring.newest_claim(), Counter[str](), clock.now()
    for number in await PhoneNumber.filter(released_at=None).order_by("id"):
        since = (newest or number.created_at) - BEFORE
        for text in reversed(await gateway.texts_from(number.e164, since)):
            found = await restoring.mark(number, restoring.Sent(text.sid, text.to, text.body, text.created_at))
            counts[found] += 1
    await sending.catch_up({"twilio": gateway})
    if any(n.heard_until is None or n.heard_until < began for n in await PhoneNumber.filter(released_at=None)):
        raise NotHeard
    _file().unlink(missing_ok=True)
    await restoring.reconciled()
    return counts


def _file() -> Path:
    return config.settings().data_dir / "sent_until"


def _noted() -> datetime | None:
    try:
        return datetime.fromisoformat(_file().read_text())
    except (OSError, ValueError):
        return None


def _note(at: datetime) -> None:
    fresh = _file().with_suffix(".new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_text(at.isoformat())
    fresh.replace(_file())
