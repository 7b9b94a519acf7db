"""Lists the texts at Twilio that it could not deliver to us, and takes them in (SPEC X2, X5)."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import clock
from webapp.gateways import twilio
from webapp.models.numbers import hearing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import restoring, witness
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.workers.receiving import events
from webapp.workers.receiving.alone import alone

SECONDS = 80.0  # a run's; the clockwork ends it after 110, before the next begins
MOST_HELD = 10_000  # texts in memory; so many are in order, oldest first, however Twilio lists them
log = logging.getLogger(__name__)


@alone
async def catch_up(ctx: dict[str, Any]) -> None:
    """Asks Twilio for the texts it could not deliver to us, and stores them like any other (X5)."""
    await take_in_missed(ctx["twilio"], SECONDS)


async def take_in_missed(gateway: twilio.Twilio, seconds: float = math.inf) -> bool:
    """Lists the account's newest texts, back to where all were listed before; then those of each number that needs more. No
    outage is skipped, however long. False where there are more than could be listed now."""
    numbers = await hearing.to_list()
    if not numbers:
        return True
    missed = _missed(gateway, numbers, seconds)
    since, until, heard = hearing.needed_by_most(numbers), hearing.newest(numbers), True
    try:
        since, newest = await missed.read(since)
        until = max(filter(None, (until, newest)), default=None)
        if until:
            await hearing.note_listed(numbers, since, until)
    except twilio.TROUBLE as error:
        log.warning("the account's texts could not be listed: %s", twilio.in_words(error))
        heard = False
    behind = hearing.behind(numbers, since)
    return await _hear_each(missed, behind, until) and heard if until else heard


async def hear(gateway: twilio.Twilio, number: PhoneNumber) -> None:
    """Takes in what came to this number and was missed. Raises one of twilio.TROUBLE."""
    await _missed(gateway, [number], math.inf).read(hearing.needed_from(number), number.e164)


def _missed(gateway: twilio.Twilio, numbers: list[PhoneNumber], seconds: float) -> _Missed:
    kept = {n.e164: n.id for n in numbers if n.released_at is None}
    return _Missed(gateway, {n.e164 for n in numbers}, kept, clock.steady(), seconds)


async def _hear_each(missed: _Missed, behind: list[PhoneNumber], until: datetime) -> bool:
    """Lists what came to each of these numbers. Then the account's list, which is read up to ``until``, is enough for it."""
    heard = True
    for number in behind:
        if missed.is_over():
            return False
        try:
            await missed.read(hearing.needed_from(number), number.e164)
        except twilio.TROUBLE as error:
            log.warning("texts to number %s could not be listed: %s", number.id, twilio.in_words(error))
            heard = False
            continue
        await hearing.note_listed([number], hearing.needed_from(number), until)
    return heard


@dataclass
class _Missed:
    """Lists read within some seconds from ``begun``, by the steady clock. ``ours``: the numbers (E.164) whose texts are taken in.
    ``kept``: those that were not given back, with their ids; somebody else may text by the others."""

    gateway: twilio.Twilio
    ours: set[str]
    kept: dict[str, int]
    begun: float
    seconds: float

    def is_over(self, share: float = 1.0) -> bool:
        return clock.steady() > self.begun + share * self.seconds

    async def read(self, needed_from: datetime, number: str = "") -> tuple[datetime, datetime | None]:
        """Stores what came in, oldest first, and says from when until when it is whole. The account's list is cut short in
        half of the time: the other half is for the numbers one by one. The texts listed before Twilio failed are stored."""
        found: list[twilio.Text] = []
        newest, reached, whole_from = None, clock.now(), needed_from
        try:
            async for page in self.gateway.pages_since(needed_from - hearing.LISTED_TWICE, number):
                times = [text.listed_at for text in page.texts if text.listed_at]
                reached, newest = min([reached, *times]), max(filter(None, [newest, *times]), default=None)
                await self._find_strangers(page)
                found += await self._new(page)
                if not number and not page.is_last and self.is_over(0.5):
                    whole_from = max(needed_from, reached + hearing.LISTED_TWICE)
                    break
                if len(found) >= MOST_HELD:
                    await self._take_in(found)
        except twilio.TROUBLE:
            await self._take_in(found)
            raise
        await self._take_in(found)
        return whole_from, min(newest, clock.now()) if newest else None

    async def _find_strangers(self, page: twilio.Page) -> None:
        """Everything stops where a text left by a number of ours that this database does not know (X2)."""
        left = [text for text in page.texts if text.may_have_arrived]
        seen = [
            (text.from_, restoring.Sent(text.sid, text.to, text.body, text.created_at, text.from_)) for text in left
        ]
        if (stranger := await witness.unknown_of_any(self.kept, seen)) and await restoring.stop_all(stranger):
            log.error("Twilio has text %s, which this database does not know: all is stopped", stranger)

    async def _new(self, page: twilio.Page) -> list[twilio.Text]:
        came = [text for text in page.texts if text.came_in and text.to in self.ours]
        known = await applying.stored([text.sid for text in came])
        return [text for text in came if text.sid not in known]

    async def _take_in(self, found: list[twilio.Text]) -> None:
        """Where the time is over they are only stored; the clockwork applies them within seconds. Their files' addresses are
        asked for when they are fetched."""
        found.reverse()
        found.sort(key=lambda text: text.created_at)  # to the second; the list has the order within one
        for text in found:
            payload = {
                "MessageSid": text.sid,
                "From": text.from_,
                "To": text.to,
                "Body": text.body,
                "NumMedia": str(text.media),
            }
            event = await applying.keep(INBOUND, payload)
            if event and not self.is_over():
                await events.apply_event(event)
        found.clear()
