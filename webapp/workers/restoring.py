"""Was the database restored from a backup? Then nothing leaves until what was sent since is marked (SPEC X2)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any

from webapp import clock
from webapp.gateways import twilio
from webapp.models.numbers.number import PhoneNumber, note_heard
from webapp.models.sending import restoring, sent_notes
from webapp.workers import numbers, receiving

BEFORE = timedelta(hours=1)  # how far before the newest claim it knows of a restored database is compared, at least
BACK = timedelta(days=7)  # and how far back from now: texting may have gone on before anybody noticed
log = logging.getLogger(__name__)


class NotHeard(Exception):
    """What came in could not be listed for every number."""


class LostNumbers(Exception):
    """Numbers whose texts come here and that no campaign has: they were added after the backup. Their texts can't be
    marked before they are somebody's again."""

    def __init__(self, e164s: list[str]) -> None:
        super().__init__(", ".join(e164s))
        self.e164s = e164s


async def notice_restore(ctx: dict[str, Any]) -> None:
    """Workers note beside the database how far sending has got. A database that knows of less is an older one."""
    if await restoring.is_older():
        if await restoring.stop_all():
            log.error("this database is older than what was sent: everything is stopped until it is reconciled")
        return
    await restoring.note_all()


async def reconcile(gateway: twilio.Twilio, back: timedelta = BACK) -> Counter[str]:
    """Marks what Twilio sent, takes in what came, and lets an owner go on; how many texts were known, settled, marked."""
    if lost := await _lost_numbers(gateway):
        raise LostNumbers(lost)
    newest, counts = await restoring.newest_claim(), Counter[str]()
    for number in await PhoneNumber.filter(released_at=None).select_related("campaign").order_by("id"):
        since = min((newest or number.campaign.created_at) - BEFORE, clock.now() - back)
        for text in reversed(await gateway.texts_from(number.e164, since)):
            found = await restoring.mark(number, restoring.Sent(text.sid, text.to, text.body, text.created_at))
            counts[found] += 1
        await note_heard(number, min(since, number.heard_until or since))
    if not await receiving.take_in_missed(gateway) or not await receiving.apply_all_texts():
        raise NotHeard
    sent_notes.forget()
    await restoring.reconciled()
    return counts


async def _lost_numbers(gateway: twilio.Twilio) -> list[str]:
    """Also those that still lead to the server that was here before."""
    ours = set(await PhoneNumber.filter(released_at=None).values_list("e164", flat=True))
    return sorted(n.e164 for n in await gateway.numbers() if n.sms_url.endswith(numbers.INBOUND) and n.e164 not in ours)
