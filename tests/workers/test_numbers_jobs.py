"""The set-up check asks Twilio."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.simulated import Simulated
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber
from webapp.workers import numbers


async def test_the_set_up_check_goes_green_and_red(cast: Cast, ctx: dict, twilio: Simulated) -> None:
    await numbers.check_setup(ctx, cast.meyer.id)
    assert (await Campaign.get(id=cast.meyer.id)).set_up
    row = twilio.carrier.store.number(cast.number.e164)
    assert row
    twilio.carrier.store.point(row["sid"], "http://elsewhere.example/")
    await numbers.check_setup(ctx, cast.meyer.id)
    assert not (await Campaign.get(id=cast.meyer.id)).set_up
    assert not (await PhoneNumber.get(id=cast.number.id)).webhooks_ok
