"""The context that a job of the worker is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock, config
from webapp.gateways.twilio import Twilio

HERE = "http://texts.example/webhooks/twilio/inbound"


@pytest.fixture
async def ctx(cast: Cast, twilio: Simulated) -> AsyncIterator[dict]:
    clock.freeze(datetime.now(UTC).replace(hour=18))
    twilio.carrier.store.add_number(cast.number.e164, HERE)
    gateway = Twilio(config.settings())
    yield {"twilio": gateway}
    await gateway.close()
