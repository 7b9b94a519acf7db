"""Texts to us whose webhook was lost, and since when each number is heard."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock
from webapp.database import transaction
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import OptOut
from webapp.simulator.store import IN, OUT

DORA, HOUR = "+14125550102", timedelta(hours=1)


def came(twilio: Simulated, phone: str, to: str, words: str, ago: timedelta) -> str:
    """A text whose webhook was lost. Returns its sid."""
    store, at = twilio.carrier.store, (clock.now() - ago).timestamp()
    sid = store.add(IN, phone, to, words, 1).sid
    store.db.execute("UPDATE message SET created = ?, sent = ? WHERE sid = ?", (at, at, sid))
    return sid


def left(twilio: Simulated, number: str, count: int, within: timedelta) -> None:
    """So many texts of ours, evenly in the time until now."""
    times = [(clock.now() - within * n / count).timestamp() for n in range(count)]
    twilio.carrier.store.db.executemany(
        "INSERT INTO message (sid, direction, sender, recipient, body, status, segments, created, sent)"
        f" VALUES ('SM' || lower(hex(randomblob(16))), '{OUT}', ?, ?, 'Hi', 'delivered', 1, ?, ?)",
        [(number, DORA, at, at) for at in times],
    )


async def heard(cast: Cast, ago: timedelta, *others: str) -> None:
    """All numbers were last heard so long ago; ``others`` (E.164) are added first."""
    at = clock.now() - ago
    made = [PhoneNumber(campaign=cast.meyer, e164=e164, created_at=at, webhooks_ok=True) for e164 in others]

    async def write() -> None:
        await PhoneNumber.bulk_create(made)
        await PhoneNumber.all().update(heard_until=at, created_at=at)

    await transaction(write)


async def heard_until(cast: Cast) -> datetime | None:
    return (await PhoneNumber.get(id=cast.number.id)).heard_until


async def stopped(cast: Cast) -> bool:
    return await OptOut.exists(phone=cast.lisa.phone)


def whole(ago: timedelta = timedelta()) -> datetime:
    """As Twilio writes a time."""
    return (clock.now() - ago).replace(microsecond=0)
