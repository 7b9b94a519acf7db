"""Jobs that take in what Twilio tells us, and ask for what it could not tell (SPEC X5)."""

from __future__ import annotations

import asyncio
import functools
import logging
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arq.typing import WorkerCoroutine

from webapp import clock, news
from webapp.gateways import twilio
from webapp.models.conversations.message import Message
from webapp.models.numbers import hearing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import doubt, restoring, witness
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent

SECONDS = 80.0  # a run's; the clockwork ends it after 110, before the next begins
STOOD_STILL = 60.0  # a process that did not run for so long may have slept while webhooks were lost
WAIT = 4.0  # seconds one drain waits for the lists; they are read on meanwhile
MOST_HELD = 10_000  # texts in memory; so many are in order, oldest first, however Twilio lists them
log = logging.getLogger(__name__)


async def apply_events(ctx: dict[str, Any]) -> None:
    """Applies stored events that could not be applied when they came."""
    for event in await applying.waiting():
        await apply_event(event)


async def apply_all_texts() -> bool:
    """Applies every text that came in. False where one could not be applied."""
    while (left := await applying.open_texts()) and await applying.waiting():
        await apply_events({})
        if await applying.open_texts() >= left:
            return False
    return not left


async def apply_event(event: TwilioEvent) -> None:
    await news.tell_applied(await applying.try_to_apply(event))


_running: set[str] = set()


def alone(job: WorkerCoroutine) -> WorkerCoroutine:
    """A job that does nothing while it still runs in this process. (With a fixed id of arq's it would not run for a quarter
    of an hour after its worker was killed.)"""

    @functools.wraps(job)
    async def begun_once(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:
        if job.__qualname__ in _running:
            return
        _running.add(job.__qualname__)
        try:
            await job(ctx)
        finally:
            _running.discard(job.__qualname__)

    return begun_once


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
                await apply_event(event)
        found.clear()


@dataclass
class Listening:
    """Of one process. ``heard``: it took in what was missed before it began, and did not stand still since. ``seen``: when it
    ran last, by the steady clock, which goes on while the machine sleeps."""

    heard: bool = False
    seen: float = -math.inf
    reading: asyncio.Task[None] | None = None

    @property
    def is_reading(self) -> bool:
        return self.reading is not None and not self.reading.done()

    @classmethod
    def of(cls, ctx: dict[str, Any]) -> Listening:
        """The process's own. Call it often: between two calls too far apart the process stood still."""
        found: Listening = ctx.setdefault("listening", cls())
        now = clock.steady()
        found.heard, found.seen = found.heard and now - found.seen < STOOD_STILL, now
        return found


async def listen(ctx: dict[str, Any]) -> bool:
    """Takes in what came while this process did not run: among it may be a STOP. False where it is not all in yet: no text may
    leave meanwhile."""
    listening = Listening.of(ctx)
    if not listening.heard:
        if not listening.is_reading:
            listening.reading = asyncio.create_task(_read(ctx["twilio"], listening))
        if listening.reading:
            await asyncio.wait({listening.reading}, timeout=WAIT)
    return listening.heard


async def _read(gateway: twilio.Twilio, listening: Listening) -> None:
    try:
        listening.heard = await take_in_missed(gateway, SECONDS)
    except Exception:
        log.exception("what was missed could not be taken in")


@alone
async def ask_statuses(ctx: dict[str, Any]) -> None:
    """Asks for texts whose last status or price never came. Ends where Twilio is out of reach."""
    for message in await doubt.without_final_status() + await doubt.without_price():
        if not await _ask_status(ctx["twilio"], message):
            return


async def _ask_status(gateway: twilio.Twilio, message: Message) -> bool:
    try:
        text = await gateway.text(message.sid or "")
    except twilio.TROUBLE as error:
        log.warning("the status of message %s could not be asked: %s", message.id, twilio.in_words(error))
        return not isinstance(error, twilio.OUT_OF_REACH)
    await doubt.asked(message.id, text.price)
    payload = {"MessageSid": text.sid, "MessageStatus": text.status, "ErrorCode": str(text.error_code or "")}
    if event := await applying.keep(STATUS, payload, message.public_id):
        await apply_event(event)
    return True
