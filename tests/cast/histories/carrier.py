"""The carriers of a random history: texts they bring, and what they tell of ours."""

from __future__ import annotations

import random
import uuid

from tests.cast.texting import new_sid
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.rules import errors

UNKNOWN_CODES = (21999, 30010, 30037, 30410, 30500, 63999)  # not in our table: Twilio's new ones
CODES = (*sorted(code for code in errors.TABLE if code not in range(1300, 1400)), *UNKNOWN_CODES)
SAID = ("Yes", "No", "STOP", "stop.", "HELP", "info", "take me off your list", "ALTO")
DELIVERIES = ("queued", "sent", "delivered", "read", "undelivered", "failed", "canceled")


async def brings(phone: str, number: str, words: str) -> None:
    """A text to one of our numbers."""
    told = {"MessageSid": new_sid(), "From": phone, "To": number, "Body": words}
    if event := await applying.keep(INBOUND, told):
        await applying.apply(event)


async def tells_something(dice: random.Random, sid: str, public_id: uuid.UUID) -> None:
    status = dice.choice(DELIVERIES)
    lost = status in ("undelivered", "failed", "canceled")
    await tells(sid, status, dice.choice((*map(str, CODES), "")) if lost else "", public_id)


async def tells(sid: str, status: str, code: str, public_id: uuid.UUID | None = None) -> bool:
    """Tells the fate of a text; returns whether that was news."""
    told = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": code}
    event = await applying.keep(STATUS, told, public_id)
    if event:
        await applying.apply(event)
    return event is not None
