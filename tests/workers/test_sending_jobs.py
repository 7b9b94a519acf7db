"""Jobs are shallow: these look at what each brings about, with the real SDK and the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.cast import Cast, send_card, texts
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways.twilio import Sent, Text, Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import TAKEN, UNKNOWN, Message
from webapp.models.numbers import choice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent
from webapp.simulator.mailbox import Mailbox
from webapp.workers import mail, numbers, receiving, sending

HERE = "http://texts.example/webhooks/twilio/inbound"


@pytest.fixture
async def ctx(cast: Cast, twilio: httpx.AsyncClient) -> AsyncIterator[dict]:
    clock.freeze(datetime.now(UTC).replace(hour=18))
    twilio.carrier.store.add_number(cast.number.e164, HERE)  # type: ignore[attr-defined]
    gateway = Twilio(config.settings())
    yield {"twilio": gateway}
    await gateway.close()


async def text_lisa(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)


async def test_a_drain_sends_everything_that_is_due(cast: Cast, ctx: dict, twilio: httpx.AsyncClient) -> None:
    for n in range(12):
        await cast.add_contact(f"+1412555{6000 + n}", first_name=f"C{n}", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    for contact in await Contact.all():
        await cast.click(cast.amy, contact)
    await sending.drain(ctx, cast.number.id)
    assert {m.status for m in await texts()} == {"taken"}
    assert len((await twilio.get("/simulator/messages")).json()) == 13


async def test_a_time_out_after_acceptance_is_settled_by_looking_and_sent_once(
    cast: Cast, ctx: dict, twilio: httpx.AsyncClient
) -> None:
    await twilio.post("/simulator/faults", json={"do": "reset_after"})
    await text_lisa(cast)
    await sending.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["unknown"]
    clock.freeze(clock.now() + timedelta(seconds=31))
    await transaction(lambda: Message.all().update(claimed_at=datetime.now(UTC)))
    await sending.look_up(ctx)
    [message] = await texts()
    assert message.status == "taken" and message.sid
    assert len((await twilio.get("/simulator/messages")).json()) == 1


async def test_429_waits_and_the_text_leaves_later(cast: Cast, ctx: dict, twilio: httpx.AsyncClient) -> None:
    await twilio.post("/simulator/faults", json={"do": "429", "seconds": 0.1})
    await text_lisa(cast)
    await sending.drain(ctx, cast.number.id)
    [message] = await texts()
    assert message.status == "queued" and message.attempts == 0
    clock.freeze(clock.now() + timedelta(seconds=1))
    await sending.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["taken"]


async def test_a_drain_that_stood_still_gives_its_attempt_up_unsent(
    cast: Cast, ctx: dict, twilio: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TOO_OLD", -1.0)
    monkeypatch.setattr(sending, "WORK", 0.05)
    await text_lisa(cast)
    await sending.drain(ctx, cast.number.id)
    assert [m.status for m in await texts()] == ["queued"]
    assert (await twilio.get("/simulator/messages")).json() == []


async def test_what_came_while_we_were_away_is_taken_in_by_catching_up(
    cast: Cast, ctx: dict, twilio: httpx.AsyncClient
) -> None:
    await text_lisa(cast)
    await sending.drain(ctx, cast.number.id)
    for words in ("Yes", "STOP"):
        await twilio.post(
            "/simulator/replies",
            json={"from": cast.lisa.phone, "to": cast.number.e164, "body": words, "deliver": False},
        )
    clock.freeze(datetime.now(UTC))
    for _ in range(2):
        await receiving.catch_up(ctx)
    assert [m.body for m in await texts() if m.direction == "in"] == ["Yes", "STOP"]
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_the_set_up_check_goes_green_and_red(cast: Cast, ctx: dict, twilio: httpx.AsyncClient) -> None:
    await numbers.check_setup(ctx, cast.meyer.id)
    assert (await Campaign.get(id=cast.meyer.id)).set_up
    row = twilio.carrier.store.number(cast.number.e164)  # type: ignore[attr-defined]
    twilio.carrier.store.point(row["sid"], "http://elsewhere.example/")  # type: ignore[attr-defined]
    await numbers.check_setup(ctx, cast.meyer.id)
    assert not (await Campaign.get(id=cast.meyer.id)).set_up
    assert not (await PhoneNumber.get(id=cast.number.id)).webhooks_ok


async def test_a_letter_goes_out_by_smtp_and_its_words_are_forgotten(cast: Cast, ctx: dict) -> None:
    from tests.conftest import free_port

    port = free_port()
    mailbox = Mailbox(port, None)
    mailbox.start()
    config.use(type(config.settings())(**{**config.settings().__dict__, "smtp_url": f"smtp://127.0.0.1:{port}"}))
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy,\nhttps://secret.example/x", "<p>Dear Amy</p>")
    await mail.send_mail(ctx, letter.id)
    mailbox.stop()
    [arrived] = mailbox.letters
    assert (arrived.to, arrived.subject) == ("amy@example.org", "Hello") and "Dear Amy" in arrived.text
    letter = await Mail.get(id=letter.id)
    assert (letter.status, letter.text) == ("sent", "")


async def test_a_letter_that_can_not_be_sent_waits_and_is_given_up_after_five_tries(cast: Cast, ctx: dict) -> None:
    letter = await Mail.write("amy@example.org", "Hello", "Dear Amy")
    for tries in range(1, 6):
        await mail.send_mail(ctx, letter.id)
        letter = await Mail.get(id=letter.id)
        assert letter.attempts == tries
    assert letter.status == "failed"


async def test_the_sweep_finds_texts_no_nudge_reached(cast: Cast, ctx: dict) -> None:
    from webapp import queue

    await text_lisa(cast)
    assert await choice.numbers_with_due_texts() == [cast.number.id]
    await queue.pool().flushall()
    await sending.sweep(ctx)
    jobs = await queue.pool().queued_jobs()
    assert [(job.function, job.args) for job in jobs] == [("drain", (cast.number.id,))]


def came(sid: str, cast: Cast, phone: str, words: str) -> dict[str, str]:
    return {"MessageSid": sid * 17, "From": phone, "To": cast.number.e164, "Body": words}


@pytest.mark.both
async def test_a_stop_is_applied_however_many_strange_statuses_wait(cast: Cast) -> None:
    for n in range(200):
        await applying.keep(STATUS, {"MessageSid": f"SX{n:032x}", "MessageStatus": "sent"})
    clock.freeze(clock.now() + timedelta(minutes=1))
    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    await receiving.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_stop_that_fails_is_tried_until_it_works(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: TwilioEvent) -> None:
        raise RuntimeError("database trouble")

    await applying.keep(INBOUND, came("ST", cast, cast.lisa.phone, "STOP"))
    with monkeypatch.context() as trouble:
        trouble.setattr(applying, "apply", broken)
        for _ in range(25):
            clock.freeze(clock.now() + timedelta(seconds=applying.LONGEST_PAUSE))
            await receiving.apply_events({})
    clock.freeze(clock.now() + timedelta(seconds=applying.LONGEST_PAUSE))
    await receiving.apply_events({})
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_a_status_of_a_strangers_text_is_tried_for_a_day_only(cast: Cast) -> None:
    await applying.keep(STATUS, {"MessageSid": "SX" * 17, "MessageStatus": "sent"})
    await receiving.apply_events({})
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert len(await applying.waiting()) == 1
    clock.freeze(clock.now() + timedelta(days=1))
    assert await applying.waiting() == []


class Away:
    """Twilio after an outage of ours: one STOP that it could not deliver. ``fails`` names a number it won't list."""

    def __init__(self, text: Text, fails: str = "") -> None:
        self.known, self.fails = text, fails

    async def texts_to(self, number: str, since: datetime) -> list[Text]:
        if number == self.fails:
            raise TimeoutError
        return [self.known] if self.known.to == number and self.known.created_at >= since else []


async def test_a_stop_sent_during_an_outage_is_found_whatever_came_in_since(cast: Cast) -> None:
    stop = Text(
        "SM" * 17, cast.number.e164, cast.lisa.phone, "STOP", "received", None, clock.now() + timedelta(hours=1)
    )
    clock.freeze(clock.now() + timedelta(hours=30))
    event = await applying.keep(INBOUND, came("ED", cast, "+14125550102", "hello"))
    assert event
    await applying.apply(event)
    await receiving.catch_up({"twilio": Away(stop, fails=cast.number.e164)})
    assert not await OptOut.exists(phone=cast.lisa.phone)
    await receiving.catch_up({"twilio": Away(stop)})
    assert await OptOut.exists(phone=cast.lisa.phone)
    assert (await PhoneNumber.get(id=cast.number.id)).heard_until == clock.now()


class Torn:
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
    await sending.drain({"twilio": Torn(cast.lisa.phone)}, cast.number.id)
    found = {m.phone: m.status for m in await texts()}
    assert found.pop(cast.lisa.phone) == UNKNOWN
    assert set(found.values()) == {TAKEN} and len(found) == 3
