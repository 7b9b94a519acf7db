"""One text, end to end in one process: click, row, worker, call, callback."""

from __future__ import annotations

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from webapp import config
from webapp.gateways.twilio import Twilio
from webapp.models.conversations.message import QUEUED, TAKEN
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.sending.click import Queued
from webapp.workers.sending import draining


@pytest.mark.both
async def test_a_click_becomes_one_text_on_a_phone(cast: Cast, twilio: Simulated) -> None:
    twilio.carrier.store.add_number(cast.number.e164)
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued) and outcome.message.status == QUEUED

    gateway = Twilio(config.settings())
    await draining.drain({"twilio": gateway}, cast.number.id)
    await gateway.close()

    [message] = await texts()
    assert message.status == TAKEN and message.sid
    [sent] = (await twilio.get("/simulator/messages")).json()
    assert sent["to"] == cast.lisa.phone
    assert sent["body"] == "Hi Lisa, it's Amy with Meyer for Senate. Will you vote? Reply STOP to opt out."
    assert sent["callback"] == f"http://texts.example/webhooks/twilio/status?message={message.public_id}"

    event = await applying.keep(STATUS, {"MessageSid": message.sid, "MessageStatus": "delivered"})
    assert event
    await applying.apply(event)
    [message] = await texts()
    assert message.delivery == "delivered"
