"""Jobs that hand texts over and learn what became of them."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from webapp import clock, config, live, queue
from webapp.gateways import twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations import inbox
from webapp.models.conversations.message import Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber, note_check, note_heard
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent
from webapp.models.sending import answers, caps, doubt, restoring, sent_notes
from webapp.models.sending.claim import Claimed, Older, Refusal, Wait, claim_next

WORK = 5.0  # seconds one drain may take
TOO_OLD = 5.0  # seconds after the claim's commit in which the call must begin
AT_ONCE = 20  # calls under way by one number
LISTED_TWICE = timedelta(minutes=10)  # a listing may lag behind by this much
log = logging.getLogger(__name__)
NOTE = 2.0  # seconds a note may take
_draining: set[int] = set()
_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, asyncio.Semaphore]] = WeakKeyDictionary()
_notes = ThreadPoolExecutor(2, "notes")  # of their own: no picture that is being read holds them up


async def drain(ctx: dict[str, Any], number_id: int) -> None:
    """Sends what is due by one number, for a few seconds, then leaves the rest to the next nudge.

    Two that claim at once in one process would only wait for each other; over processes the number's row decides. Who has
    claimed all there is waits for its calls alone: one that hangs holds no nudge up.
    """
    if number_id in _draining:
        return
    async with asyncio.TaskGroup() as calls:
        _draining.add(number_id)
        try:
            wait = await _claim_all(ctx["twilio"], number_id, calls)
        finally:
            _draining.discard(number_id)
        if wait is not None:
            await queue.drain(number_id, wait)


async def _claim_all(gateway: twilio.Twilio, number_id: int, calls: asyncio.TaskGroup) -> float | None:
    """Seconds after which there is more to do; None where nothing is due."""
    deadline, room = clock.steady() + WORK, _lines_of(number_id)
    while clock.steady() < deadline:
        async with room:  # no claim without a free line: a claimed text must leave at once
            next_one = await claim_next(number_id)
        match next_one:
            case None:
                return None
            case Wait(seconds) if seconds > deadline - clock.steady():
                return seconds
            case Wait(seconds):
                await asyncio.sleep(max(seconds, 0.002))
            case Refusal() as refusal:
                await _tell_refused(refusal)
            case Older():
                log.error("this database is older than what was sent: everything is stopped until it is reconciled")
                await restoring.stop_all()
                return None
            case Claimed() as claimed:
                calls.create_task(_hand_over(gateway, claimed, room))
                await asyncio.sleep(0)  # it takes its line before the next claim
    return 0


def _lines_of(number_id: int) -> asyncio.Semaphore:
    """A number's lines in this process, whoever drains it."""
    lines = _lines.setdefault(asyncio.get_running_loop(), {})
    return lines.setdefault(number_id, asyncio.Semaphore(AT_ONCE))


async def _hand_over(gateway: twilio.Twilio, claimed: Claimed, room: asyncio.Semaphore) -> None:
    async with room:
        await _call(gateway, claimed)


async def _call(gateway: twilio.Twilio, claimed: Claimed) -> None:
    try:
        await _note_sent(claimed)
        callback = config.settings().url(f"/webhooks/twilio/status?message={claimed.public_id}")
        picture = config.settings().url(claimed.picture) if claimed.picture else ""
        if clock.steady() - claimed.committed > TOO_OLD:  # we stood still: give the attempt up, unsent
            await answers.later(claimed.message_id, claimed.attempt_id, 0)
            return
        outcome = await gateway.send(claimed.to, claimed.from_, claimed.body, callback, claimed.validity, picture)
        await _record(claimed, outcome)
    except Exception:  # one answer nobody expected must not take the other calls under way with it
        log.exception("message %s: its answer could not be recorded", claimed.message_id)
        await _give_up(claimed)


async def _note_sent(claimed: Claimed) -> None:
    """Beside the database, which may be restored from a backup. Where there is no room for it, texting goes on."""
    noted = asyncio.get_running_loop().run_in_executor(_notes, sent_notes.note, claimed.number_id, claimed.free_at)
    try:
        await asyncio.wait_for(noted, NOTE)
    except (OSError, TimeoutError) as error:
        log.error("a restore from a backup may go unnoticed: %s", error or "the disk is slow")


async def _give_up(claimed: Claimed) -> None:
    """The text may have been taken. Where not even that can be stored, the sweep finds it."""
    try:
        await answers.unknown(claimed.message_id, claimed.attempt_id)
    except Exception:
        log.exception("message %s is left to the sweep", claimed.message_id)


async def _record(claimed: Claimed, outcome: twilio.Outcome) -> None:
    match outcome:
        case twilio.Sent(sid):
            await answers.taken(claimed.message_id, sid, claimed.attempt_id)
        case twilio.Rejected(code):
            await answers.rejected(claimed.message_id, claimed.attempt_id, code)
        case twilio.Later(seconds):
            await answers.later(claimed.message_id, claimed.attempt_id, seconds)
        case twilio.Unknown(why):
            log.warning("message %s: outcome unknown (%s)", claimed.message_id, why)
            await answers.unknown(claimed.message_id, claimed.attempt_id)


async def _tell_refused(refusal: Refusal) -> None:
    message = await Message.get(id=refusal.message_id)
    if message.conversation_id:
        await _tell(message.conversation_id)


async def _tell(conversation_id: int) -> None:
    for user_id in await inbox.listeners(conversation_id):
        await live.nudge(user_id, "inbox-changed", conversation_id)


async def sweep(ctx: dict[str, Any]) -> None:
    """Every few seconds: what no nudge reached, and workers that are gone. Never waits for Twilio."""
    await queue.note_worker()
    for number_id in await choice.numbers_with_due_texts():
        await queue.drain(number_id)
    await doubt.give_up_on_lost_workers()


async def enforce_caps(ctx: dict[str, Any]) -> None:
    """Where today's spend has reached a cap, first texts pause (S11)."""
    for campaign in await caps.capped():
        for name in await caps.enforce(campaign):
            log.warning("the cap of the day is reached: %s", name)


async def look_up(ctx: dict[str, Any]) -> None:
    """Asks Twilio about texts whose fate is unknown, when a look is due."""
    for message, number in await doubt.to_look_up():
        try:
            found = await ctx["twilio"].texts_between(message.phone, number)
        except twilio.TROUBLE as error:
            log.warning("message %s could not be looked up: %s", message.id, type(error).__name__)
            continue
        await doubt.looked_up(message.id, [doubt.Seen(t.sid, t.body, t.created_at) for t in found])


async def apply_events(ctx: dict[str, Any]) -> None:
    """What Twilio told us that could not be applied when it came."""
    for event in await applying.waiting():
        await apply_event(event)


async def apply_all_texts() -> bool:
    """Every text that came in. False where one could not be applied."""
    while (left := await applying.open_texts()) and await applying.waiting():
        await apply_events({})
        if await applying.open_texts() >= left:
            return False
    return not left


async def apply_event(event: TwilioEvent) -> None:
    """One stored event; one that can't be applied is kept and tried again, it never holds the others up."""
    try:
        news = await applying.apply(event)
    except Exception:
        log.exception("event %s could not be applied", event.id)
        await applying.failed(event.id)
        return
    if news.conversation_id:
        await _tell(news.conversation_id)


async def catch_up(ctx: dict[str, Any]) -> None:
    """What Twilio could not deliver while we were away comes in by the same door (X5).

    Each number remembers until when everything was listed and stored, so an outage is never skipped, however long.
    """
    await take_in_missed(ctx["twilio"])
    for message in await doubt.without_final_status() + await doubt.without_price():
        await _ask_status(ctx["twilio"], message)


async def take_in_missed(gateway: twilio.Twilio) -> bool:
    """Asks for what came to each number. False where Twilio could not list all of them."""
    heard = True
    for number in await PhoneNumber.filter(released_at=None):
        asked_at = clock.now()
        try:
            for text in reversed(await gateway.texts_to(number.e164, _since(number))):
                await _take_in(text)
        except twilio.TROUBLE as error:
            log.warning("texts to number %s could not be listed: %s", number.id, type(error).__name__)
            heard = False
            continue
        await note_heard(number, asked_at)
    return heard


def _since(number: PhoneNumber) -> datetime:
    return (number.heard_until or number.created_at) - LISTED_TWICE


async def _take_in(text: twilio.Text) -> None:
    """Where its files are, whoever fetches them asks."""
    payload = {
        "MessageSid": text.sid, "From": text.from_, "To": text.to, "Body": text.body, "NumMedia": str(text.media),
    }  # fmt: skip
    if event := await applying.keep(INBOUND, payload):
        await apply_event(event)


async def _ask_status(gateway: twilio.Twilio, message: Message) -> None:
    try:
        text = await gateway.text(message.sid or "")
    except twilio.TROUBLE as error:
        log.warning("the status of message %s could not be asked: %s", message.id, type(error).__name__)
        return
    await doubt.asked(message.id, text.price)
    payload = {"MessageSid": text.sid, "MessageStatus": text.status, "ErrorCode": str(text.error_code or "")}
    if event := await applying.keep(STATUS, payload, message.public_id):
        await apply_event(event)


async def check_setup(ctx: dict[str, Any], campaign_id: int) -> None:
    """The set-up check (S10): do the credentials work, does every number of the campaign reach us?"""
    campaign, gateway = await Campaign.get(id=campaign_id), ctx["twilio"]
    answers = await gateway.account_answers()
    reached: set[str] = set()
    if answers:
        here = config.settings().url("/webhooks/twilio/inbound")
        try:
            reached = {n.e164 for n in await gateway.numbers() if n.sms_url == here}
        except twilio.TROUBLE as error:
            log.warning("the account's numbers could not be listed: %s", type(error).__name__)
    await note_check(campaign, answers, reached)
