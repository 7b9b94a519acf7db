"""Look-ups at an account: texts, page by page, and numbers."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from typing import cast as cast_to

from tests.cast.stand_ins.account import LISA, NUMBER, send
from tests.cast.stand_ins.account import account as account
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.waiting import until
from webapp import clock
from webapp.gateways import twilio as gateway
from webapp.gateways.twilio import Twilio
from webapp.rules.numbers import credentials
from webapp.simulator.store import OUT


async def test_what_was_sent_can_be_looked_up_newest_first(account: Twilio, twilio: Simulated) -> None:
    await send(account, body="first")
    await until(lambda: twilio.carrier.store.messages()[0].sent)  # the list is in order of leaving
    await send(account, body="second")
    await send(account, to="+14125550102", body="to another")
    found = await account.texts_between(LISA, NUMBER)
    assert [text.body for text in found] == ["second", "first"]
    assert (await account.text(found[0].sid)).body == "second"


async def test_a_long_list_is_followed_page_by_page(account: Twilio, twilio: Simulated) -> None:
    for n in range(7):
        await send(account, body=f"text {n}")
        await until(lambda: twilio.carrier.store.messages()[0].sent)
    found = await account.client.messages.list_async(to=LISA, page_size=3)
    assert [message.body for message in found] == [f"text {n}" for n in reversed(range(7))]


async def test_numbers_are_bought_listed_and_pointed_here(account: Twilio) -> None:
    assert await account.account_trouble() == credentials.WORKS
    bought = await account.buy("814", "http://elsewhere.example/")
    assert isinstance(bought, gateway.Number) and bought.e164.startswith("+1814")
    await account.point_here(bought.sid, "http://texts.example/webhooks/twilio/inbound")
    assert {n.e164: n.sms_url for n in await account.numbers()}[
        bought.e164
    ] == "http://texts.example/webhooks/twilio/inbound"


async def test_services_that_take_a_number_s_texts_elsewhere_are_named(account: Twilio, twilio: Simulated) -> None:
    inbound, store = "http://texts.example/webhooks/twilio/inbound", twilio.carrier.store
    store.add_service("Defers to the number", "http://elsewhere.example/", on_number=True, numbers=[NUMBER])
    store.add_service("Sends them here", inbound, on_number=False, numbers=[NUMBER])
    assert await account.taken_over(inbound) == {}
    store.add_service("Old vendor", "http://elsewhere.example/", on_number=False, numbers=[NUMBER, "+14125550000"])
    assert await account.taken_over(inbound) == {NUMBER: "Old vendor"}


class Slow:
    """The account's messages, where a page of a thousand is never answered in time. Keeps what was asked for."""

    def __init__(self, messages: Any) -> None:
        self.real = messages
        self.asked: list[int] = []

    async def list_async(self, **which: Any) -> Any:
        return await self.real.list_async(**which)

    async def page_async(self, page_size: int, **which: Any) -> Any:
        self.asked.append(page_size)
        if page_size == gateway.LARGEST_PAGE:
            raise TimeoutError
        return await self.real.page_async(page_size=page_size, **which)


def a_text(twilio: Simulated, status: str, ago: float) -> str:
    """Of so many seconds ago. Returns its sid."""
    store, at = twilio.carrier.store, clock.now().timestamp() - ago
    sid = store.add(OUT, NUMBER, LISA, "Hi", 1).sid
    store.advance(sid, status)
    store.db.execute("UPDATE message SET created = ?, sent = ? WHERE sid = ?", (at, at, sid))
    return sid


def failed_texts(twilio: Simulated, many: int, ago: float = 0) -> None:
    for _ in range(many):
        a_text(twilio, "undelivered", ago)


async def test_a_smaller_page_is_asked_for_where_failed_texts_hide_the_newest_and_a_large_one_takes_too_long(
    account: Twilio, twilio: Simulated
) -> None:
    arrived = a_text(twilio, "delivered", ago=60)
    failed_texts(twilio, 130)
    slow = Slow(account.client.messages)
    account.client = cast_to(Any, SimpleNamespace(messages=slow))
    assert [text.sid for text in await account.newest_from(NUMBER, clock.now() - timedelta(hours=1))] == [arrived]
    assert slow.asked == [gateway.LARGEST_PAGE, gateway.SMALL_PAGE]


async def test_the_search_for_the_newest_ends_where_the_number_was_not_ours_yet(
    account: Twilio, twilio: Simulated
) -> None:
    """Another tool's failed texts of years are not read to their end."""
    failed_texts(twilio, 350, ago=7200)
    failed_texts(twilio, 30)
    a_text(twilio, "delivered", ago=7 * 86_400)
    slow = Slow(account.client.messages)
    account.client = cast_to(Any, SimpleNamespace(messages=slow))
    assert await account.newest_from(NUMBER, clock.now() - timedelta(hours=1)) == []
