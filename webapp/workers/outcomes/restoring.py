"""Notices a database restored from a backup, and marks what was sent since; until then nothing leaves (SPEC X2)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from webapp import clock
from webapp.gateways import twilio
from webapp.models.numbers import hearing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import doubt, restoring, sent_notes, strangers
from webapp.models.outcomes.strangers import Sent, Since
from webapp.workers import numbers
from webapp.workers.receiving import catching_up, events

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
        return
    await restoring.note_all()


async def reconcile(gateway: twilio.Twilio, back: timedelta = BACK) -> Counter[str]:
    """Marks what Twilio sent, takes in what came, then lets an owner go on. Counts "known", "settled", "marked"."""
    if lost := await _lost_numbers(gateway):
        raise LostNumbers(lost)
    newest, counts, phones = await restoring.newest_claim(), Counter[str](), set[str]()
    ours = await PhoneNumber.filter(released_at=None).select_related("campaign").order_by("id")
    since = {n.id: min((newest or n.campaign.created_at) - BEFORE, clock.now() - back) for n in ours}
    stranger = await _stranger(gateway, ours, since)
    for number in ours:
        async for sent in _left(gateway, number, since[number.id], stranger):
            phones.add(sent.to)
            counts[await restoring.mark(number, sent)] += 1
        await hearing.set_back(number, since[number.id])
    if not await catching_up.take_in_missed(gateway) or not await events.apply_all_texts():
        raise NotHeard
    sent_notes.forget()
    await restoring.reconciled(phones if stranger else None)
    return counts


async def _left(
    gateway: twilio.Twilio, number: PhoneNumber, since: datetime, stranger: Since | None = None
) -> AsyncIterator[Sent]:
    """Texts that left the number and may have arrived, oldest first. After a stranger's text only what left since the first: what
    another tool sent before is nobody's loss. A number that was added after the stop may have been lost, older texts and all."""
    for text in reversed(await gateway.texts_from(number.e164, since)):
        counts = stranger is None or number.created_at > stranger.noticed or text.created_at >= stranger.first
        if text.may_have_arrived and counts:
            yield Sent(text.sid, text.to, text.body, text.created_at, number.e164)


async def _stranger(gateway: twilio.Twilio, ours: list[PhoneNumber], since: dict[int, datetime]) -> Since | None:
    """Where the notes know of no restore, and a text that no row knows stopped everything: since when there are such texts. A
    whole machine may have been put back, its notes too: then the oldest is one of the first that were lost."""
    if await restoring.is_older() or not (noted := await strangers.alone_stopped_us()):
        return None
    for number in ours:
        before = [s async for s in _left(gateway, number, max(since[number.id], number.created_at))]
        before = [s for s in before if s.created_at < noted.first]
        known = await doubt.with_rows([s.sid for s in before])
        if earlier := next((s for s in before if s.sid not in known), None):
            await strangers.note_earlier(earlier)
            noted = replace(noted, first=earlier.created_at)
    return noted


async def _lost_numbers(gateway: twilio.Twilio) -> list[str]:
    """A number counts also where its webhook names another host: the server may have moved with the restore."""
    ours: set[Any] = set(await PhoneNumber.filter(released_at=None).values_list("e164", flat=True))
    return sorted(n.e164 for n in await gateway.numbers() if n.sms_url.endswith(numbers.INBOUND) and n.e164 not in ours)
