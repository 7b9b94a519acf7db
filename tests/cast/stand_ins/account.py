"""The gateway's way to an account of the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from webapp import config
from webapp.gateways import twilio as gateway
from webapp.gateways.twilio import Twilio

LISA, NUMBER = "+14125550101", "+14125550188"


@pytest.fixture
async def account(cast: Cast, twilio: Simulated) -> AsyncIterator[Twilio]:
    twilio.carrier.store.add_number(NUMBER, "http://texts.example/webhooks/twilio/inbound")
    opened = Twilio(config.settings())
    yield opened
    await opened.close()


async def send(account: Twilio, to: str = LISA, from_: str = NUMBER, body: str = "Hi Lisa") -> gateway.Outcome:
    return await account.send(to, from_, body, "http://texts.example/webhooks/twilio/status?message=1", 600)
