"""Whatever else texts by our numbers is noticed within two minutes: a copy of this installation, or a program (SPEC X2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.simulated import Simulated
from tests.cast.texting import clicked
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import SENDING, UNKNOWN, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.rules import errors
from webapp.simulator.store import OUT
from webapp.workers import receiving, sending

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
    await receiving.catch_up({"twilio": gateway})
    return (await Campaign.first()).stopped_code == errors.RESTORED  # type: ignore[union-attr]


@pytest.mark.both
async def test_a_text_by_our_number_that_no_row_is_about_stops_everything(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    left(twilio, cast.number.e164, DORA, "Hi Dora")
    assert await stopped(gateway)


@pytest.mark.both
@pytest.mark.parametrize("attempts", [SENDING, UNKNOWN, "taken"])
async def test_our_own_texts_stop_nothing_whatever_is_known_of_them(
    cast: Cast, gateway: Twilio, twilio: Simulated, attempts: str
) -> None:
    await clicked(cast)
    await sending.drain({"twilio": gateway}, cast.number.id)
    [message] = await texts()
    assert message.sid
    at = clock.now().timestamp() - 90
    twilio.carrier.store.db.execute("UPDATE message SET created = ?, sent = ?", (at, at))
    if attempts != "taken":
        await transaction(lambda: Message.filter(id=message.id).update(status=attempts, sid=None))
    assert not await stopped(gateway)
    left(twilio, cast.number.e164, cast.lisa.phone, "Other words")
    assert await stopped(gateway)


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("of another number of the account", {"number": "+14125550177"}),
        ("of a moment ago, and recorded at this moment", {"ago": 30}),
        ("from before the number was ours", {"ago": 7200}),
        ("by Twilio itself, after a STOP", {"direction": "outbound-reply"}),
        ("that failed", {"status": "undelivered"}),
    ],
)
async def test_texts_that_mean_nothing_stop_nothing(
    cast: Cast, gateway: Twilio, twilio: Simulated, what: str, more: dict
) -> None:
    left(twilio, **{"number": cast.number.e164, "phone": DORA, "words": "Hi", **more})
    assert not await stopped(gateway), what
