"""Applies what Twilio told us, and asks for statuses that never came (SPEC X5)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import news
from webapp.gateways import twilio
from webapp.models.conversations.message import Message
from webapp.models.outcomes import doubt
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS, TwilioEvent
from webapp.workers.receiving.alone import alone

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
