"""An order of numbers pays once (SPEC X8)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock, config
from webapp.gateways import twilio as gateways
from webapp.models.numbers import orders
from webapp.models.numbers.number import AccountNumber, PhoneNumber, add_number, change_number, free_in_account
from webapp.models.numbers.orders import DONE, FAILED, NumberOrder
from webapp.workers import numbers


async def ordered(cast: Cast, wanted: int = 2, code: str = "570") -> NumberOrder:
    return await orders.place(code, wanted, cast.selina)


@pytest.fixture
async def gateway(twilio: Simulated) -> AsyncIterator[gateways.Twilio]:
    made = gateways.Twilio(config.settings())
    yield made
    await made.close()


async def test_an_order_buys_what_was_wanted_and_points_it_here(
    cast: Cast, twilio: Simulated, gateway: gateways.Twilio
) -> None:
    order = await ordered(cast)
    await numbers.buy_numbers({"twilio": gateway}, order.id)
    await numbers.buy_numbers({"twilio": gateway}, order.id)  # a second nudge
    order = await NumberOrder.get(id=order.id)
    assert (order.status, order.bought, order.tried) == (DONE, 2, 2)
    rows = twilio.carrier.store.numbers()
    assert [row["sms_url"] for row in rows] == ["http://texts.example/webhooks/twilio/inbound"] * 2
    bought = await PhoneNumber.filter(campaign=cast.meyer).exclude(id=cast.number.id)
    assert {n.e164 for n in bought} == {row["e164"] for row in rows} and all(
        n.healthy and n.area_code == "570" for n in bought
    )


@pytest.mark.both
async def test_a_call_without_an_answer_is_never_made_again_by_itself(cast: Cast) -> None:
    """The worker died in it: whether a number was bought, the account knows. It is not paid for twice."""
    order = await ordered(cast)
    assert await orders.next_call(order.id) is not None
    assert await orders.next_call(order.id) is None and await orders.waiting() == []
    await orders.give_up_on_lost()
    assert (await NumberOrder.get(id=order.id)).status == "open"
    clock.freeze(clock.now() + orders.GONE * 2)
    await orders.give_up_on_lost()
    order = await NumberOrder.get(id=order.id)
    assert order.status == FAILED and "In the Twilio account" in order.error
    assert await orders.next_call(order.id) is None


async def test_an_order_twilio_refuses_or_does_not_answer_says_so(cast: Cast, settings: object) -> None:
    class Refuses:
        async def buy(self, *_: str) -> gateways.Rejected:
            return gateways.Rejected(21452)

    class Silent:
        async def buy(self, *_: str) -> gateways.Number:
            raise TimeoutError

    for gateway, sentence in ((Refuses(), "none of area code 570"), (Silent(), "stopped midway")):
        order = await ordered(cast)
        await numbers.buy_numbers({"twilio": gateway}, order.id)
        order = await NumberOrder.get(id=order.id)
        assert order.status == FAILED and sentence in order.error and order.tried == 1


async def test_the_account_is_listed_taken_in_and_given_back(
    cast: Cast, twilio: Simulated, gateway: gateways.Twilio
) -> None:
    store = twilio.carrier.store
    row = store.add_number("+15705550111", "")
    store.add_number(cast.number.e164, "")
    await numbers.list_account({"twilio": gateway})
    assert [n.e164 for n in await free_in_account()] == ["+15705550111"] and await AccountNumber.all().count() == 2
    number = await add_number(cast.meyer, row["e164"], row["sid"])
    await numbers.point_number({"twilio": gateway}, number.id)
    pointed = store.number(row["sid"])
    assert pointed and pointed["sms_url"].endswith("/webhooks/twilio/inbound")
    assert (await PhoneNumber.get(id=number.id)).webhooks_ok and await free_in_account() == []
    await numbers.release_number({"twilio": gateway}, number.id)
    assert store.number(row["sid"]) is not None  # not retired yet
    await change_number(number, retired_at=clock.now())
    for _ in range(2):
        await numbers.release_number({"twilio": gateway}, number.id)
    assert store.number(row["sid"]) is None
    gone = await PhoneNumber.get(id=number.id)
    assert gone.released_at and not gone.can_send
    back = await add_number(cast.meyer, row["e164"], "PN" + "c" * 32, webhooks_ok=True)
    assert back.id == number.id and back.healthy
