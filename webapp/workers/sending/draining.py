"""Jobs that hand texts over and learn what became of them (SPEC X1, X2)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from webapp import clock, config, news, queue
from webapp.gateways import twilio
from webapp.gateways.twilio_http import TooManyRequests
from webapp.models.conversations.message import Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import answers, doubt, learning, outages, restoring, sent_notes, witness, wrong_clock
from webapp.models.sending import caps
from webapp.models.sending.claim import Ask, Older, Wait, claim_next
from webapp.models.sending.leaving import Claimed, seconds_left
from webapp.models.sending.refusal import Refusal
from webapp.workers.receiving.listening import Listening, listen
from webapp.workers.sending import calling

WORK = 5.0  # seconds one drain may take
UNASKED = 5.0  # seconds to wait where Twilio could not be asked
ASKING = 8  # questions at once for newest texts, by one process
SWEPT = 6.0  # seconds after which the sweep (every 5) nudges what waits: no longer nudge is needed
OLDER = "this database is older than what was sent"
log = logging.getLogger(__name__)
NOTE = 2.0  # seconds a note beside the database may take
_notes = ThreadPoolExecutor(2, "notes")  # a pool of their own: reading pictures delays no note


async def drain(ctx: dict[str, Any], number_id: int) -> None:
    """Sends what is due by one number for a few seconds, then leaves the rest to the next nudge.

    One process claims by a number one text at a time; between processes the number's row decides. After its last claim
    the drain waits only for its own calls, so a hung one blocks no later drain.
    """
    draining = ctx.setdefault("draining", set())
    if number_id in draining:
        return
    async with asyncio.TaskGroup() as calls:
        draining.add(number_id)
        try:
            wait = await _claim_all(ctx, number_id, calls)
        finally:
            draining.discard(number_id)
        if wait is not None and wait < SWEPT:  # else the sweep finds what waits
            await queue.drain(number_id, wait)


async def _claim_all(ctx: dict[str, Any], number_id: int, calls: asyncio.TaskGroup) -> float | None:
    """Claims what is due. Returns the seconds after which more is due; None where nothing is."""
    deadline, lines, asked = clock.steady() + WORK, calling.lines_of(number_id), ctx.setdefault("asked", set())
    trying = False
    while clock.steady() < deadline and not wrong_clock.stops(ctx["twilio"].ahead()):
        if lines.hold():
            await asyncio.sleep(0.05)
            continue
        async with lines.free:  # claim only with a free line: a claimed text must leave at once
            next_one = await claim_next(number_id, number_id in asked and Listening.of(ctx).heard, trying)
        match next_one:
            case None | Older():
                if next_one:
                    await _stop_all()
                return None
            case Wait(seconds) if seconds > deadline - clock.steady():
                return seconds
            case Wait(seconds):
                await asyncio.sleep(max(seconds, 0.002))
            case Refusal() as refusal:
                await _tell_refused(refusal)
            case Ask(out):
                if (wait := await _ask(ctx, number_id, out)) is not None:
                    return wait
                asked.add(number_id)
            case Claimed() as claimed:
                call = calls.create_task(_hand_over(ctx["twilio"], claimed, lines))
                await (call if trying or claimed.after_failures else asyncio.sleep(0))  # it takes its line first
        trying = isinstance(next_one, Ask) and next_one.out
    return UNASKED if wrong_clock.stops(ctx["twilio"].ahead()) else 0


async def _stop_all(stranger: restoring.Sent | None = None) -> None:
    why = f"Twilio has text {stranger}, which this database does not know" if stranger else OLDER
    log.error("%s: everything is stopped until it is reconciled", why)
    await restoring.stop_all(stranger)


async def _ask(ctx: dict[str, Any], number_id: int, out: bool) -> float | None:
    """Asks Twilio for the number's newest texts: before this process first claims by it, and after an outage. Before its very
    first claim it takes in what was missed, too. Returns the seconds to wait where it may not claim; None where it may."""
    if out and not await outages.begin_try(number_id):
        return UNASKED
    number, gateway = await PhoneNumber.get(id=number_id), ctx["twilio"]
    try:
        async with ctx.setdefault("asking", asyncio.Semaphore(ASKING)):
            newest = await gateway.newest_from(number.e164, number.created_at)
    except TooManyRequests as error:
        await answers.hold_number(number_id, error.seconds)
        return max(UNASKED, error.seconds)
    except twilio.TROUBLE as error:
        log.warning("Twilio could not be asked for the newest texts of number %s: %s", number_id, type(error).__name__)
        if code := await gateway.account_refusal(error):
            await learning.stop_campaign(number.campaign_id, code)
            return UNASKED
        return max(UNASKED, await outages.failed(number_id, twilio.in_words(error)))
    sent = [restoring.Sent(text.sid, text.to, text.body, text.created_at, number.e164) for text in newest]
    if stranger := await witness.unknown_text(number_id, sent):
        await _stop_all(stranger)
        return UNASKED
    if await listen(ctx):
        return None
    if Listening.of(ctx).is_reading:
        return UNASKED
    return max(UNASKED, await outages.failed(number_id, "texts that came in can't be listed"))


async def _hand_over(gateway: twilio.Twilio, claimed: Claimed, lines: calling.Lines) -> None:
    async with lines.free:
        with lines.calling():
            await _call(gateway, claimed, lines)


async def _call(gateway: twilio.Twilio, claimed: Claimed, lines: calling.Lines) -> None:
    try:
        callback = config.settings().url(f"/webhooks/twilio/status?message={claimed.public_id}")
        picture = config.settings().url(claimed.picture) if claimed.picture else ""
        if not (validity := await _ready(claimed)):
            await answers.later(claimed.message_id, claimed.attempt_id, 0)
            return
        outcome = await gateway.send(claimed.to, claimed.from_, claimed.body, callback, validity, picture)
        with lines.failed() if isinstance(outcome, twilio.Unknown | twilio.Later) else contextlib.nullcontext():
            await _record(claimed, outcome)
    except Exception:  # an unexpected error must not end the other calls
        log.exception("message %s: its answer could not be recorded", claimed.message_id)
        await _give_up(claimed)


async def _ready(claimed: Claimed) -> int:
    """How long Twilio may keep it; 0 where the call may not begin, also because the database does not answer."""
    try:
        await _note_sent(claimed)
        return await seconds_left(claimed)
    except Exception:
        log.exception("message %s did not leave", claimed.message_id)
        return 0


async def _note_sent(claimed: Claimed) -> None:
    """Notes the claim beside the database, which may be restored from a backup. A full disk is logged; texting goes on."""
    noted = asyncio.get_running_loop().run_in_executor(_notes, sent_notes.note, claimed.number_id, claimed.mark)
    try:
        await asyncio.wait_for(noted, NOTE)
    except (OSError, TimeoutError) as error:
        log.error("a restore from a backup may go unnoticed: %s", error or "the disk is slow")


async def _give_up(claimed: Claimed) -> None:
    """Twilio may have taken the text. If not even that can be stored, the sweep finds the claim later."""
    try:
        await answers.unknown(claimed.message_id, claimed.attempt_id)
    except Exception:
        log.exception("message %s is left to the sweep", claimed.message_id)


async def _record(claimed: Claimed, outcome: twilio.Outcome) -> None:
    why = ""
    match outcome:
        case twilio.Sent(sid):
            await answers.taken(claimed.message_id, sid, claimed.attempt_id)
        case twilio.Rejected(code):
            await answers.rejected(claimed.message_id, claimed.attempt_id, code)
        case twilio.Later(seconds, why):
            await answers.later(claimed.message_id, claimed.attempt_id, seconds)
        case twilio.Unknown(why):
            log.warning("message %s: outcome unknown (%s)", claimed.message_id, why)
            await answers.unknown(claimed.message_id, claimed.attempt_id)
    if why:
        await outages.failed(claimed.number_id, why, tried=True)
    elif claimed.after_failures:
        await outages.works(claimed.number_id)


async def _tell_refused(refusal: Refusal) -> None:
    message = await Message.get(id=refusal.message_id)
    if message.conversation_id:
        await news.tell(message.conversation_id)


async def sweep(ctx: dict[str, Any]) -> None:
    """Every few seconds: drains numbers that no nudge reached, and gives up claims of dead workers. Never calls Twilio."""
    await queue.note_worker()
    await queue.note_clock(ctx["twilio"].ahead())
    if corrected := await wrong_clock.correct():
        log.warning("%s texts waited for a time that a wrong clock had set", corrected)
    for number_id in await choice.numbers_with_due_texts():
        await queue.drain(number_id)
    await doubt.give_up_on_lost_workers()


async def enforce_caps(ctx: dict[str, Any]) -> None:
    """Pauses first texts where the day's spend has reached a cap (S11)."""
    for campaign in await caps.capped():
        for name in await caps.enforce(campaign):
            log.warning("the cap of the day is reached: %s", name)
            await news.tell_queues(campaign.id)


async def look_up(ctx: dict[str, Any]) -> None:
    """Looks up texts with an unknown outcome at Twilio, when a look-up is due."""
    for message, number in await doubt.to_look_up():
        try:
            found = await ctx["twilio"].texts_between(message.phone, number)
        except TooManyRequests:
            return  # the next look asks again: a count of its looks waits for an answer
        except twilio.TROUBLE as error:
            log.warning("message %s could not be looked up: %s", message.id, type(error).__name__)
            continue
        await doubt.looked_up(message.id, [doubt.Seen(t.sid, t.body, t.created_at) for t in found if not t.failed_us])
