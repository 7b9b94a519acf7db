"""Texts that something else sent by one of our numbers."""

from __future__ import annotations

from datetime import timedelta

from tests.cast.stand_ins.simulated import Simulated
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import errors
from webapp.simulator.store import OUT
from webapp.workers.receiving import catching_up

DORA = "+14125550102"


def left(twilio: Simulated, number: str, phone: str, words: str, ago: int = 90, **what: str) -> str:
    """A text that Twilio has had for so many seconds. Returns its sid."""
    store, at = twilio.carrier.store, clock.now().timestamp() - ago
    sid = store.add(what.get("direction", OUT), number, phone, words, 1).sid
    store.advance(sid, what.get("status", "delivered"))
    store.db.execute("UPDATE message SET created = ?, sent = ? WHERE sid = ?", (at, at, sid))
    return sid


async def stopped(gateway: Twilio) -> bool:
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    await catching_up.catch_up({"twilio": gateway})
    return (await Campaign.first()).stopped_code == errors.RESTORED  # type: ignore[union-attr]
