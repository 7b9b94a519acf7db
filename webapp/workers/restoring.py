"""Notices a database restored from a backup, and marks what was sent since; until then nothing leaves (SPEC X2)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any

from webapp import clock, news
from webapp.gateways import twilio
from webapp.models.numbers import hearing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import restoring, sent_notes
from webapp.workers import numbers, receiving

BEFORE = timedelta(hours=1)  # the comparison with Twilio begins this long before the newest claim in the database
BACK = timedelta(days=7)  # or this long ago, if that is earlier: texting may have gone on after the restore
log = logging.getLogger(__name__)


class NotHeard(Exception):
    """Twilio could not list the texts that came in, or one of them could not be applied."""


class LostNumbers(Exception):
    """Twilio sends these numbers' texts here, but no campaign has them: they were added after the backup. Their texts
    can't be marked before a campaign has them again."""

    def __init__(self, e164s: list[str]) -> None:
        super().__init__(", ".join(e164s))
        self.e164s = e164s


async def notice_restore(ctx: dict[str, Any]) -> None:
    """Stops everything where the database knows of less than workers noted beside it: it is an older copy."""
    if await restoring.is_older():
        if await restoring.stop_all():
            log.error("this database is older than what was sent: everything is stopped until it is reconciled")
            await news.tell_queues()
        return
    await restoring.note_all()


async def reconcile(gateway: twilio.Twilio, back: timedelta = BACK) -> Counter[str]:
    """Marks what Twilio sent, takes in what came, then lets an owner go on. Counts "known", "settled", "marked"."""
    if lost := await _lost_numbers(gateway):
        raise LostNumbers(lost)
    newest, counts = await restoring.newest_claim(), Counter[str]()
    for number in await PhoneNumber.filter(released_at=None).select_related("campaign").order_by("id"):
        since = min((newest or number.campaign.created_at) - BEFORE, clock.now() - back)
        for text in reversed(await gateway.texts_from(number.e164, since)):
            if text.failed_us:
                continue
            found = await restoring.mark(number, restoring.Sent(text.sid, text.to, text.body, text.created_at))
            counts[found] += 1
        await hearing.set_back(number, since)
    if not await receiving.take_in_missed(gateway) or not await receiving.apply_all_texts():
        raise NotHeard
    sent_notes.forget()
    await restoring.reconciled()
    return counts


async def _lost_numbers(gateway: twilio.Twilio) -> list[str]:
    """A number counts also where its webhook names another host: the server may have moved with the restore."""
    ours: set[Any] = set(await PhoneNumber.filter(released_at=None).values_list("e164", flat=True))
    return sorted(n.e164 for n in await gateway.numbers() if n.sms_url.endswith(numbers.INBOUND) and n.e164 not in ours)
