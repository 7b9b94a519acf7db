"""The clockwork finds what no nudge reached, and looks up what nobody knows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Troubled
from tests.cast.texting import claimed, clicked, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import Message
from webapp.models.numbers import choice
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.workers.sending import draining


async def test_a_time_out_after_acceptance_is_settled_by_looking_and_sent_once(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    await twilio.post("/simulator/faults", json={"do": "reset_after"})
    await clicked(cast)
    await draining.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["unknown"]
    clock.freeze(clock.now() + timedelta(seconds=31))
    await transaction(lambda: Message.all().update(claimed_at=datetime.now(UTC)))
    await draining.look_up(ctx)
    [message] = await texts()
    assert message.status == "taken" and message.sid
    assert len((await twilio.get("/simulator/messages")).json()) == 1


async def test_the_sweep_finds_texts_no_nudge_reached(cast: Cast, ctx: dict) -> None:
    from webapp import queue

    await clicked(cast)
    assert await choice.numbers_with_due_texts() == [cast.number.id]
    await queue.pool().flushall()
    await draining.sweep(ctx)
    jobs = await queue.pool().queued_jobs()
    assert [(job.function, job.args) for job in jobs] == [("drain", (cast.number.id,))]


@pytest.mark.parametrize("trouble", [False, True])
async def test_a_look_up_that_twilio_cannot_answer_does_not_end_the_sweep(
    cast: Cast, twilio: Simulated, trouble: bool
) -> None:
    """The SDK raises TwilioException, not TwilioRestException, for a list that fails: caps and events are never reached."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await texted(cast)  # one segment was spent
    await cast.click(cast.amy, dora)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)  # its answer was lost
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=1))
    clock.freeze(clock.now() + timedelta(minutes=1))
    async with Troubled(500, lambda method, url, _: trouble and method == "GET" and "Messages.json" in url) as gateway:
        await draining.look_up({"twilio": gateway})
    await draining.enforce_caps({})
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is not None, "the cap is reached and nobody looked"


@pytest.mark.both
async def test_three_looks_are_spread_over_five_minutes_however_slow_twilio_is(cast: Cast) -> None:
    """The clockwork begins a look each 5 s and lets each run for 60: where Twilio is slow, several have the same text in
    hand, and each counts as one of the three."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    claimed_at = clock.now()
    clock.freeze(claimed_at + timedelta(seconds=31))

    class Behind:
        """Its list does not have the text yet, and takes its time."""

        async def texts_between(self, *_: object) -> list[Any]:
            await asyncio.sleep(0.3)
            return []

    await asyncio.gather(*(draining.look_up({"twilio": Behind()}) for _ in range(3)))
    message = await Message.get(id=claim.message_id)
    again = await claim_next(cast.number.id)
    assert not isinstance(again, Claimed), "a second attempt, 31 seconds after the first"
    assert (message.status, message.looks) == ("unknown", 1)
