"""The set-up check asks Twilio and the mail server (SPEC S10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.waiting import free_port
from webapp import config
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber, change_number
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


@pytest.mark.both
async def test_a_messaging_service_that_takes_a_number_s_texts_is_named_and_keeps_it_from_texting(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    number, store = cast.number, twilio.carrier.store
    row = store.number(number.e164)
    assert row
    await change_number(number, sid=row["sid"])
    store.add_service("Old vendor", "", on_number=False, numbers=[number.e164])
    await numbers.point_number(ctx, number.id)  # the address on the number is ours, and counts for nothing
    number = await PhoneNumber.get(id=number.id)
    assert (number.service, number.healthy) == ("Old vendor", False)
    await numbers.check_setup(ctx, cast.meyer.id)
    assert not (await Campaign.get(id=cast.meyer.id)).set_up
    store.db.execute("UPDATE service SET on_number = 1")
    await numbers.check_setup(ctx, cast.meyer.id)
    number = await PhoneNumber.get(id=number.id)
    assert (number.service, number.healthy) == ("", True) and (await Campaign.get(id=cast.meyer.id)).set_up


async def test_a_text_to_a_number_in_a_messaging_service_does_not_come_here(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    store = twilio.carrier.store
    assert store.inbound_url(cast.number.e164).endswith(numbers.INBOUND)
    store.add_service("Old vendor", "http://elsewhere.example/", on_number=False, numbers=[cast.number.e164])
    assert store.inbound_url(cast.number.e164) == "http://elsewhere.example/"
