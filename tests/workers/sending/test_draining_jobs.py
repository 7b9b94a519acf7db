"""A drain: by the number's lines, in time, and no nudge is held up."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from tests.cast import Cast, send_card, texts
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Hangs, Quick, Silent
from tests.cast.texting import clicked, says
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Sent
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import TAKEN, UNKNOWN
from webapp.models.outcomes import sent_notes
from webapp.models.sending import leaving
from webapp.workers import settings
from webapp.workers.sending import calling, draining


async def test_a_drain_sends_everything_that_is_due(cast: Cast, ctx: dict, twilio: Simulated) -> None:
    for n in range(12):
        await cast.add_contact(f"+1412555{6000 + n}", first_name=f"C{n}", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    for contact in await Contact.all():
        await cast.click(cast.amy, contact)
    await draining.drain(ctx, cast.number.id)
    assert {m.status for m in await texts()} == {"taken"}
    assert len((await twilio.get("/simulator/messages")).json()) == 13


async def test_429_waits_and_the_text_leaves_later(cast: Cast, ctx: dict, twilio: Simulated) -> None:
    await twilio.post("/simulator/faults", json={"do": "429", "seconds": 0.1})
    await clicked(cast)
    await draining.drain(ctx, cast.number.id)
    [message] = await texts()
    assert message.status == "queued" and message.attempts == 0
    clock.freeze(clock.now() + timedelta(seconds=1))
    await draining.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["taken"]


async def test_a_drain_that_stood_still_gives_its_attempt_up_unsent(
    cast: Cast, ctx: dict, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "TOO_OLD", -1.0)
    monkeypatch.setattr(draining, "WORK", 0.05)
    await clicked(cast)
    await draining.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["queued"]
    assert (await twilio.get("/simulator/messages")).json() == []


class Torn(Silent):
    """One call ends in something nobody foresaw, while others are under way."""

    def __init__(self, phone: str) -> None:
        self.phone, self.calls = phone, 0

    async def send(self, to: str, *_: object) -> Sent:
        self.calls += 1
        await asyncio.sleep(0.02 if to == self.phone else 0.1)
        if to == self.phone:
            raise TypeError("an answer without a body")
        return Sent(f"SM{self.calls}{to[1:]:0>31}"[:34])


async def test_an_answer_nobody_foresaw_leaves_the_other_calls_alone(cast: Cast) -> None:
    for n in range(3):
        await cast.add_contact(f"+1412555011{n}", first_name="Pat")
    await cast.make()
    await cast.start(cast.amy)
    for conversation in await Conversation.filter(user_id=cast.amy.user_id):
        await send_card(cast.amy, conversation)
    await draining.drain({"twilio": Torn(cast.lisa.phone)}, cast.number.id)
    found = {m.phone: m.status for m in await texts()}
    assert found.pop(cast.lisa.phone) == UNKNOWN
    assert set(found.values()) == {TAKEN} and len(found) == 3


async def test_a_nudge_that_comes_while_one_call_hangs_is_heeded(cast: Cast) -> None:
    """The drain has nothing more to claim and waits for its slow call (10 s); nudges meanwhile are dropped, the sweep's as
    well, and when it ends it asks for no other."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    slow = Hangs(only=cast.lisa.phone)
    drain = asyncio.create_task(draining.drain({"twilio": slow}, cast.number.id))
    while not slow.sent:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    clock.freeze(clock.now() + timedelta(seconds=1))
    await cast.click(cast.amy, dora)
    await draining.drain({"twilio": slow}, cast.number.id)
    await asyncio.sleep(0.5)
    sent = list(slow.sent)
    slow.go.set()
    await drain
    assert dora.phone in sent


async def test_a_slow_disk_does_not_let_a_text_leave_late(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call begins within TOO_OLD of its claim; the note is written between the look at the clock and the call. A STOP
    may have come meanwhile, the window may have closed, the sweep may have given the attempt up."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    monkeypatch.setattr(leaving, "TOO_OLD", 0.5)
    monkeypatch.setattr(sent_notes, "note", lambda *_: time.sleep(1.5))
    quick = Quick()
    drain = asyncio.create_task(draining.drain({"twilio": quick}, cast.number.id))
    await asyncio.sleep(0.8)
    await says(cast, "STOP")
    stopped = clock.steady()
    await drain
    assert not [at for at in quick.at if at > stopped], "handed to Twilio after the STOP, later than TOO_OLD"


async def test_no_more_calls_are_under_way_by_a_number_than_its_lines(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drain has lines of its own, and each nudge while Twilio hangs begins another drain: a job slot of a hundred."""
    monkeypatch.setattr(calling, "AT_ONCE", 2)
    people = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(8)]
    await cast.make()
    await cast.start(cast.amy)
    hangs, jobs = Hangs(), []
    ctx: dict = {"twilio": hangs}
    for person in people:
        await cast.click(cast.amy, person)
        clock.freeze(clock.now() + timedelta(seconds=1))
        jobs.append(asyncio.create_task(draining.drain(ctx, cast.number.id)))
        await asyncio.sleep(0.1)
    running = sum(not job.done() for job in jobs)
    hangs.go.set()
    await asyncio.gather(*jobs)
    assert len(hangs.sent) == 8 and hangs.most <= 2 and running <= 3, f"{hangs.most} calls, {running} jobs that wait"


async def test_drains_that_wait_for_twilio_leave_the_worker_its_clockwork(cast: Cast) -> None:
    """One click and one nudge each, while Twilio hangs: a number holds a job for each of its lines and one that waits."""
    people = [await cast.add_contact(f"+1412555{2000 + n}", zip="15213") for n in range(2 * calling.AT_ONCE)]
    await cast.make()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(bucket_size=200))
    await cast.start(cast.amy)
    hangs, running = Hangs(), []
    ctx: dict = {"twilio": hangs}
    for person in people:
        await cast.click(cast.amy, person)
        clock.freeze(clock.now() + timedelta(seconds=0.05))
        running.append(asyncio.create_task(draining.drain(ctx, cast.number.id)))
        await asyncio.sleep(0.02)
    held = sum(not job.done() for job in running)
    hangs.go.set()
    await asyncio.gather(*running)
    assert held <= calling.AT_ONCE + 1 < settings.MOST_AT_ONCE / 20
