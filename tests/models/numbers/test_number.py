"""The campaign's numbers: health, rest, retirement, giving back, and orders that pay once (SPEC S3, X8)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from tests.cast import Cast, texts
from tests.models.receiving.test_applying import says, texted
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways import twilio as gateways
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import REFUSED, TAKEN, Message
from webapp.models.numbers import choice, orders
from webapp.models.numbers.number import (
    AccountNumber,
    PhoneNumber,
    add_number,
    change_number,
    free_in_account,
    measure_numbers,
)
from webapp.models.numbers.orders import DONE, FAILED, NumberOrder
from webapp.models.results import recount
from webapp.models.sending.claim import Claimed, Refusal, claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.rules import errors
from webapp.workers import numbers


async def fresh(cast: Cast) -> PhoneNumber:
    return await PhoneNumber.get(id=cast.number.id)


async def sent(cast: Cast, number: int, code: int | None, hours: float = 1) -> None:
    """So many texts by the number, with what the carriers said of them."""
    at = clock.now() - timedelta(hours=hours)
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    like = first.message
    rows = [
        Message(
            campaign_id=like.campaign_id,
            contact_id=like.contact_id,
            number_id=cast.number.id,
            direction="out",
            kind="follow_up",
            phone=like.phone,
            body="x",
            status=TAKEN,
            created_at=at,
            taken_at=at,
            public_id=f"{hours:08.0f}-0000-4000-8000-{n:012d}"[:36].replace(".", "0"),
            error_code=code if n % 20 == 0 else None,
        )
        for n in range(number)
    ]
    await transaction(lambda: Message.bulk_create(rows))


@pytest.mark.both
async def test_a_number_that_is_filtered_often_takes_no_new_contacts(cast: Cast) -> None:
    await sent(cast, 60, 30007)
    await measure_numbers()
    number = await fresh(cast)
    assert (number.sent_24h, number.filtered_24h, number.failed_24h) == (60, 3, 0)
    assert number.filtered_often and not number.healthy and number.can_send
    dora = await cast.add_contact("+14125550102", zip="15213")
    assert await choice.number_of(cast.meyer, dora) is None
    assert (await choice.number_of(cast.meyer, await Contact.get(id=cast.lisa.id))) is not None  # who has it keeps it
    clock.freeze(clock.now() + timedelta(days=1))
    await measure_numbers()
    assert (await fresh(cast)).healthy


async def test_one_click_a_second_counts_the_queues(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, count, at = [], choice._queued_segments, 100.0
    monkeypatch.setattr(clock, "steady", lambda: at)

    async def slow(campaign: Campaign) -> dict[int, float]:
        counted.append(campaign.id)
        await asyncio.sleep(0.01)
        return await count(campaign)

    monkeypatch.setattr(choice, "_queued_segments", slow)
    await choice.snapshot(cast.meyer)
    at = 101.5
    seen = await asyncio.gather(*(choice.snapshot(cast.meyer) for _ in range(10)))
    assert len(counted) == 2 and all(look.numbers == {cast.number.id: cast.number} for look in seen)
    await change_number(cast.number, retired_at=clock.now())
    assert (await choice.snapshot(cast.meyer)).numbers == {}, "a change made here is seen at once"


async def test_queues_that_take_long_to_count_are_counted_less_often(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, at = [], 100.0
    monkeypatch.setattr(clock, "steady", lambda: at)

    async def half_a_second(_: Campaign) -> dict[int, float]:
        nonlocal at
        at += 0.5
        counted.append(at)
        return {}

    monkeypatch.setattr(choice, "_queued_segments", half_a_second)
    for _ in range(10):
        await choice.snapshot(cast.meyer)
        at += 1
    assert counted == [100.5, 106.0], "five seconds after the first was there, not one"


async def test_few_texts_or_other_errors_say_nothing_of_filtering(cast: Cast) -> None:
    await sent(cast, 40, 30007)
    await measure_numbers()
    assert (await fresh(cast)).healthy and (await fresh(cast)).filtered_24h == 2
    await transaction(lambda: Message.filter(error_code=30007).update(error_code=30003))
    await measure_numbers()
    assert ((await fresh(cast)).filtered_24h, (await fresh(cast)).failed_24h) == (0, 2)


@pytest.mark.both
async def test_a_retired_number_takes_no_new_contacts_and_goes_on_with_its_own(cast: Cast) -> None:
    await texted(cast)
    await change_number(cast.number, retired_at=clock.now())
    dora = await cast.add_contact("+14125550102", zip="15213")
    assert await choice.number_of(cast.meyer, dora) is None
    await says(cast, "Yes")
    assert isinstance(await cast.reply(cast.amy, "Thank you"), Queued)
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_with_a_number_given_back_its_conversations_end_and_nobody_waits_for_ever(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    assert isinstance(await cast.reply(cast.amy, "Thank you"), Queued)
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert [(m.status, m.error_code) for m in await texts() if m.body == "Thank you"] == [(REFUSED, errors.NO_NUMBER)]
    assert (await cast.conversation()).needs_attention
    again = await cast.reply(cast.amy, "Hello?")
    assert isinstance(again, Declined) and again.code == errors.NO_NUMBER
    assert await recount.differences() == []


async def test_for_a_first_text_another_number_takes_the_place_of_one_given_back(cast: Cast) -> None:
    other = await add_number(cast.meyer, "+14125550189", "PN" + "b" * 32, webhooks_ok=True)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(number_id=cast.number.id))
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued) and outcome.message.number_id == other.id
    assert (await Contact.get(id=cast.lisa.id)).number_id == other.id


async def test_a_paused_number_holds_its_texts_until_it_goes_on(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await change_number(cast.number, paused_at=clock.now())
    assert await claim_next(cast.number.id) is None and await choice.numbers_with_due_texts() == []
    await change_number(cast.number, paused_at=None)
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_the_set_up_check_follows_the_numbers(cast: Cast) -> None:
    new = await add_number(cast.meyer, "+14125550189", "PN" + "b" * 32)
    await cast.meyer.refresh_from_db()
    assert not cast.meyer.set_up
    await change_number(new, webhooks_ok=True)
    await cast.meyer.refresh_from_db()
    assert cast.meyer.set_up
    await change_number(new, retired_at=clock.now())
    await change_number(cast.number, retired_at=clock.now())
    await cast.meyer.refresh_from_db()
    assert not cast.meyer.set_up


# Orders


@pytest.fixture
async def gateway(twilio: httpx.AsyncClient) -> gateways.Twilio:
    made = gateways.Twilio(config.settings())
    yield made  # type: ignore[misc]
    await made.close()


async def ordered(cast: Cast, wanted: int = 2, code: str = "570") -> NumberOrder:
    return await orders.place(code, wanted, cast.selina)


async def test_an_order_buys_what_was_wanted_and_points_it_here(
    cast: Cast, twilio: httpx.AsyncClient, gateway: gateways.Twilio
) -> None:
    order = await ordered(cast)
    await numbers.buy_numbers({"twilio": gateway}, order.id)
    await numbers.buy_numbers({"twilio": gateway}, order.id)  # a second nudge
    order = await NumberOrder.get(id=order.id)
    assert (order.status, order.bought, order.tried) == (DONE, 2, 2)
    rows = twilio.carrier.store.numbers()  # type: ignore[attr-defined]
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
    assert order.status == FAILED and "In the account" in order.error
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
    cast: Cast, twilio: httpx.AsyncClient, gateway: gateways.Twilio
) -> None:
    store = twilio.carrier.store  # type: ignore[attr-defined]
    row = store.add_number("+15705550111", "")
    store.add_number(cast.number.e164, "")
    await numbers.list_account({"twilio": gateway})
    assert [n.e164 for n in await free_in_account()] == ["+15705550111"] and await AccountNumber.all().count() == 2
    number = await add_number(cast.meyer, row["e164"], row["sid"])
    await numbers.point_number({"twilio": gateway}, number.id)
    assert store.number(row["sid"])["sms_url"].endswith("/webhooks/twilio/inbound")
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
