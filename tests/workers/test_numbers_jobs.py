"""The set-up check asks Twilio and the mail server (SPEC S10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from tests.cast.simulated import Simulated
from tests.cast.waiting import free_port
from webapp import config
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber
from webapp.rules.numbers import credentials
from webapp.simulator.mailbox import Mailbox
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


@pytest.mark.both
async def test_mail_is_a_part_of_the_set_up_check_where_a_server_is_set(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    port = free_port()
    config.use(replace(config.settings(), smtp_url=f"smtp://127.0.0.1:{port}"))
    await numbers.check_setup(ctx, cast.meyer.id)
    meyer = await Campaign.get(id=cast.meyer.id)
    assert not meyer.set_up and str(port) in meyer.mail_trouble
    mailbox = Mailbox(port, None)
    mailbox.start()
    try:
        await numbers.check_setup(ctx, cast.meyer.id)
    finally:
        mailbox.stop()
    meyer = await Campaign.get(id=cast.meyer.id)
    assert meyer.set_up and meyer.mail_trouble == "" and mailbox.letters == []


@pytest.mark.both
async def test_a_wrong_token_is_kept_as_such(cast: Cast, ctx: dict, twilio: Simulated) -> None:
    wrong = Twilio(replace(config.settings(), twilio_auth_token="wrong"))
    await numbers.check_setup({"twilio": wrong}, cast.meyer.id)
    await wrong.close()
    meyer = await Campaign.get(id=cast.meyer.id)
    assert (meyer.credentials_ok, meyer.credentials_trouble) == (False, credentials.WRONG)
    await numbers.check_setup(ctx, cast.meyer.id)
    meyer = await Campaign.get(id=cast.meyer.id)
    assert (meyer.credentials_ok, meyer.credentials_trouble) == (True, credentials.WORKS)
