"""Jobs about numbers at Twilio: checked, listed, bought, pointed here, released (SPEC S10, X8)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from tortoise.exceptions import IntegrityError

from webapp import clock, config, live, queue
from webapp.gateways import email, twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.carriers import looking
from webapp.models.numbers import orders
from webapp.models.numbers.number import SERVICE, PhoneNumber, change_number, measure_numbers, note_account, note_check
from webapp.workers.receiving import catching_up

REFUSED = "Twilio sells none of area code {code} now ({why}). Try another."
INBOUND = "/webhooks/twilio/inbound"
log = logging.getLogger(__name__)


def here() -> str:
    return config.settings().url(INBOUND)


async def check_setup(ctx: dict[str, Any], campaign_id: int) -> None:
    """The set-up check (S10): whether the credentials work, which numbers' texts reach us, and whether mail leaves."""
    campaign, gateway = await Campaign.get(id=campaign_id), ctx["twilio"]
    trouble, no_mail = await asyncio.gather(gateway.account_trouble(), email.trouble(config.settings()))
    reached: set[str] = set()
    services: dict[str, str] = {}
    if not trouble:
        try:
            reached = {n.e164 for n in await gateway.numbers() if n.sms_url == here()}
            services = await gateway.taken_over(here())
        except twilio.TROUBLE as error:
            log.warning("the account's numbers could not be listed: %s", type(error).__name__)
    await note_check(campaign, trouble, reached, services, no_mail)


async def list_account(ctx: dict[str, Any]) -> None:
    try:
        found = await ctx["twilio"].numbers()
    except twilio.TROUBLE as error:
        log.warning("the account's numbers could not be listed: %s", type(error).__name__)
        return
    await note_account([(number.sid, number.e164) for number in found if number.sid])


async def buy_numbers(ctx: dict[str, Any], order_id: int) -> None:
    """One number a call. Each call is noted before it is made, and is never repeated."""
    while order := await orders.next_call(order_id):
        try:
            got = await ctx["twilio"].buy(order.area_code, here())
        except twilio.TROUBLE as error:  # the number may have been bought: staff decide
            log.warning("order %s has no answer: %s", order_id, type(error).__name__)
            await orders.failed(order_id, orders.STOPPED_MIDWAY)
            return
        if isinstance(got, twilio.Rejected):
            await orders.failed(order_id, REFUSED.format(code=order.area_code, why=got.code))
            return
        await _keep(order_id, got)


async def _keep(order_id: int, got: twilio.Number) -> None:
    try:
        await orders.bought(order_id, got.e164, got.sid)
    except IntegrityError:
        log.exception("number %s of order %s belongs to a campaign already", got.sid, order_id)
        await orders.failed(order_id, orders.STOPPED_MIDWAY)


async def point_number(ctx: dict[str, Any], number_id: int) -> None:
    """Texts to the number come here from now on; only then does it send."""
    number = await PhoneNumber.get(id=number_id)
    try:
        await ctx["twilio"].point_here(number.sid, here())
        service = (await ctx["twilio"].taken_over(here())).get(number.e164, "")
    except twilio.TROUBLE as error:
        log.warning("number %s could not be pointed here: %s", number_id, type(error).__name__)
        return
    await change_number(number, webhooks_ok=not service, service=service[:SERVICE])


async def release_number(ctx: dict[str, Any], number_id: int) -> None:
    """Gives a retired number back to Twilio; a number already gone there counts as released. Texts to it that were
    missed are taken in first: their STOPs hold for every number."""
    number = await PhoneNumber.get(id=number_id)
    if number.retired_at is None or number.released_at:
        return
    try:
        await catching_up.hear(ctx["twilio"], number)
        await ctx["twilio"].release(number.sid)
    except twilio.TROUBLE as error:
        log.warning("number %s could not be given back: %s", number_id, type(error).__name__)
        return
    await change_number(number, released_at=clock.now())


async def tend(ctx: dict[str, Any]) -> None:
    """Every minute: updates the numbers' delivery rates, looks whether carriers filter more than before, and resumes orders whose worker or nudge was lost."""
    await measure_numbers()
    for warning in await looking.look():
        await live.nudge_staff(warning.campaign_id, live.COUNTS)
    await orders.give_up_on_lost()
    for order_id in await orders.waiting():
        await queue.buy_numbers(order_id)
