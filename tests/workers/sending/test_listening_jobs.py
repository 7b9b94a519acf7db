"""A worker hears what was missed before its first text: among it may be a STOP (SPEC X5, X6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.missed import HOUR, came, heard
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import clicked, says, texted
from webapp import clock
from webapp.gateways.twilio import Page, Twilio
from webapp.models.conversations.message import INITIAL, REFUSED, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.workers.receiving import catching_up, listening
from webapp.workers.sending import draining


async def waiting_reply(cast: Cast) -> Message:
    """Lisa asked, and Amy's answer waits to leave."""
    await texted(cast)
    await says(cast, "Where do I vote?")
    await cast.reply(cast.amy, "At the library, 1 Main St.")
    return await Message.filter(direction="out").exclude(kind=INITIAL).get()


async def status(message: Message) -> str:
    return (await Message.get(id=message.id)).status


@pytest.mark.both
@pytest.mark.parametrize("others", [0, 150])
async def test_a_stop_of_the_outage_is_heard_before_the_first_text(
    cast: Cast, gateway: Twilio, twilio: Simulated, others: int
) -> None:
    """With 150 others before her, the STOP is taken in while the drain could claim already."""
    reply = await waiting_reply(cast)
    clock.freeze(clock.now() + timedelta(minutes=40))
    await heard(cast, timedelta(minutes=40))
    for n in range(others):
        came(twilio, f"+1412555{2000 + n}", cast.number.e164, "ok", timedelta(minutes=35))
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", timedelta(minutes=30))
    ctx = {"twilio": gateway}
    await asyncio.gather(catching_up.catch_up(ctx), draining.drain(ctx, cast.number.id))
    await draining.drain(ctx, cast.number.id)
    assert await status(reply) in (REFUSED, "cancelled")


async def test_while_the_lists_can_not_be_read_nothing_leaves(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, ctx = await waiting_reply(cast), {"twilio": gateway}
    with monkeypatch.context() as patched:
        patched.setattr(gateway, "pages_since", _unreadable)
        for _ in range(2):
            await draining.drain(ctx, cast.number.id)
    assert await status(reply) == "queued" and (await PhoneNumber.get(id=cast.number.id)).failures == 2, (
        "the office is told"
    )
    await draining.drain(ctx, cast.number.id)
    assert await status(reply) == "taken"


async def _unreadable(*_: object) -> AsyncIterator[Page]:
    raise TimeoutError
    yield


async def test_a_process_that_stood_still_listens_again(cast: Cast, gateway: Twilio, twilio: Simulated) -> None:
    reply, ctx = await waiting_reply(cast), {"twilio": gateway, "asked": {cast.number.id}}
    assert await listening.listen(ctx)
    await heard(cast, HOUR)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", timedelta(minutes=30))
    listening.Listening.of(ctx).seen -= listening.STOOD_STILL
    await draining.drain(ctx, cast.number.id)
    assert await status(reply) in (REFUSED, "cancelled")


async def test_a_process_that_goes_on_does_not_list_again(cast: Cast) -> None:
    class Listing(Quick):
        listed = 0

        async def pages_since(self, *_: object) -> AsyncIterator[Page]:
            self.listed += 1
            yield Page([], True)

    await clicked(cast)
    twilio = Listing()
    ctx = {"twilio": twilio}
    for _ in range(3):
        await draining.drain(ctx, cast.number.id)
    assert twilio.sent == [cast.lisa.phone] and twilio.listed == 1
