"""Jobs that take in what Twilio tells us, and ask for what it could not tell (SPEC X5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from webapp import clock, news
from webapp.gateways import twilio
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import PhoneNumber, note_heard
from webapp.models.outcomes import doubt
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent
from webapp.workers import sending

LISTED_TWICE = timedelta(minutes=10)  # Twilio's list may lag by this much


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
    """Applies one stored event. One that fails is kept and tried again later; it never blocks the others."""
    try:
        applied = await applying.apply(event)
    except Exception:
        sending.log.exception("event %s could not be applied", event.id)
        await applying.failed(event.id)
        return
    if applied.conversation_id:
        await news.tell(applied.conversation_id, applied.user_id)


async def catch_up(ctx: dict[str, Any]) -> None:
    """Asks Twilio for the texts it could not deliver to us, and stores them like any other (X5).

    Each number remembers until when everything was listed and stored, so no outage is skipped, however long.
    """
    await take_in_missed(ctx["twilio"])
    for message in await doubt.without_final_status() + await doubt.without_price():
        await _ask_status(ctx["twilio"], message)


async def take_in_missed(gateway: twilio.Twilio) -> bool:
    """Lists the texts that came to each number. False where Twilio could not list them all."""
    heard = True
    for number in await PhoneNumber.filter(released_at=None):
        asked_at = clock.now()
        try:
            for text in reversed(await gateway.texts_to(number.e164, _since(number))):
                await _take_in(text)
        except twilio.TROUBLE as error:
            sending.log.warning("texts to number %s could not be listed: %s", number.id, type(error).__name__)
            heard = False
            continue
        await note_heard(number, asked_at)
    return heard


def _since(number: PhoneNumber) -> datetime:
    return (number.heard_until or number.created_at) - LISTED_TWICE


async def _take_in(text: twilio.Text) -> None:
    """Stores a listed text. Its files' addresses are asked for when they are fetched."""
    payload = {
        "MessageSid": text.sid,
        "From": text.from_,
        "To": text.to,
        "Body": text.body,
        "NumMedia": str(text.media),
    }
    if event := await applying.keep(INBOUND, payload):
        await apply_event(event)


async def _ask_status(gateway: twilio.Twilio, message: Message) -> None:
    try:
        text = await gateway.text(message.sid or "")
    except twilio.TROUBLE as error:
        sending.log.warning("the status of message %s could not be asked: %s", message.id, type(error).__name__)
        return
    await doubt.asked(message.id, text.price)
    payload = {"MessageSid": text.sid, "MessageStatus": text.status, "ErrorCode": str(text.error_code or "")}
    if event := await applying.keep(STATUS, payload, message.public_id):
        await apply_event(event)
