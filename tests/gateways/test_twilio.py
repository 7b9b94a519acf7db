"""The real SDK against the simulator: each trouble becomes the right word of ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from typing import cast as cast_to

import aiohttp
import pytest
from twilio.http.response import Response

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.waiting import free_port, until
from webapp import clock, config
from webapp.gateways import twilio as gateway
from webapp.gateways import twilio_http
from webapp.gateways.twilio import Later, Rejected, Sent, Twilio, Unknown
from webapp.rules.numbers import credentials
from webapp.simulator.store import OUT

LISA, NUMBER = "+14125550101", "+14125550188"


@pytest.fixture
async def account(cast: Cast, twilio: Simulated) -> AsyncIterator[Twilio]:
    twilio.carrier.store.add_number(NUMBER, "http://texts.example/webhooks/twilio/inbound")
    opened = Twilio(config.settings())
    yield opened
    await opened.close()


async def send(account: Twilio, to: str = LISA, from_: str = NUMBER, body: str = "Hi Lisa") -> gateway.Outcome:
    return await account.send(to, from_, body, "http://texts.example/webhooks/twilio/status?message=1", 600)


async def fault(twilio: Simulated, do: str, **more: object) -> None:
    assert (await twilio.post("/simulator/faults", json={"do": do, **more})).status_code == 201


async def on_phones(twilio: Simulated) -> int:
    return len((await twilio.get("/simulator/messages")).json())


async def test_a_text_is_taken_with_a_sid(account: Twilio, twilio: Simulated) -> None:
    outcome = await send(account)
    assert isinstance(outcome, Sent) and outcome.sid.startswith("SM") and len(outcome.sid) == 34
    [text] = (await twilio.get("/simulator/messages")).json()
    assert (text["to"], text["body"], text["validity"], text["segments"]) == (LISA, "Hi Lisa", 600, 1)


@pytest.mark.parametrize(
    ("to", "from_", "body", "code"),
    [
        ("+15005550001", NUMBER, "x", 21211),
        ("+15005550004", NUMBER, "x", 21610),
        ("+15005550009", NUMBER, "x", 21614),
        ("12", NUMBER, "x", 21211),
        (LISA, "+12125550000", "x", 21606),
        (LISA, NUMBER, "", 21602),
        (LISA, NUMBER, "x" * 1601, 21617),
    ],
)
async def test_a_refusal_says_its_code(account: Twilio, to: str, from_: str, body: str, code: int) -> None:
    assert await send(account, to, from_, body) == Rejected(code)


@pytest.mark.parametrize(
    ("do", "expected", "arrived"),
    [
        ("429", Later, 0),
        ("500", Unknown, 0),
        ("reset_before", Unknown, 0),
        ("reset_after", Unknown, 1),
        ("unreadable", Unknown, 1),
    ],
)
async def test_trouble_on_the_way(account: Twilio, twilio: Simulated, do: str, expected: type, arrived: int) -> None:
    await fault(twilio, do)
    assert isinstance(await send(account), expected)
    assert await on_phones(twilio) == arrived


@pytest.mark.parametrize(("do", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_a_time_out_holds_and_is_unknown(
    cast: Cast, twilio: Simulated, monkeypatch: pytest.MonkeyPatch, do: str, arrived: int
) -> None:
    monkeypatch.setattr(twilio_http, "TOTAL", 0.5)
    twilio.carrier.store.add_number(NUMBER)
    opened = Twilio(config.settings())
    await fault(twilio, do, seconds=3)
    assert isinstance(await send(opened), Unknown)
    assert await on_phones(twilio) == arrived
    await opened.close()


@pytest.mark.parametrize("code", [21211, 21610, 30007, 99999])
async def test_any_error_code_can_be_rehearsed(account: Twilio, twilio: Simulated, code: int) -> None:
    await fault(twilio, "code", code=code)
    assert await send(account) == Rejected(code)


async def test_nothing_listening_is_certainly_not_taken(cast: Cast) -> None:
    opened = Twilio(replace(config.settings(), twilio_api_url=f"http://127.0.0.1:{free_port()}"))
    assert isinstance(await send(opened), Later)
    await opened.close()


async def test_a_wrong_token_is_bad_credentials(cast: Cast, twilio: Simulated) -> None:
    opened = Twilio(replace(config.settings(), twilio_auth_token="wrong"))
    assert await send(opened) == Rejected(20003)
    assert await opened.account_trouble() == credentials.WRONG
    await opened.close()


def answering(answer: Response | Exception) -> Twilio:
    """The real SDK over a wire that always answers this."""

    class Wire(twilio_http.TwilioHttp):
        async def request(self, *_: object, **__: object) -> Response:
            if isinstance(answer, Exception):
                raise answer
            return answer

    opened = Twilio(config.settings())
    opened.client.http_client = Wire("")
    return opened


def told(status: int, /, **body: object) -> Response:
    return Response(status, json.dumps(body))


REACHED = {
    "active": (told(200, sid="AC1", status="active"), credentials.WORKS),
    "suspended": (told(200, sid="AC1", status="suspended"), credentials.NOT_ACTIVE),
    "closed": (told(200, sid="AC1", status="closed"), credentials.NOT_ACTIVE),
    "refused as suspended": (told(403, code=20005, message="Account not active"), credentials.NOT_ACTIVE),
    "a wrong token": (told(401, code=20003, message="Authenticate"), credentials.WRONG),
    "a wrong account": (told(404, code=20404, message="not found"), credentials.WRONG),
    "a server error": (told(500, code=20500, message="Internal"), credentials.TROUBLE),
    "something else's page": (Response(200, "<html>Hotel Wi-Fi</html>"), credentials.TROUBLE),
    "too many": (twilio_http.TooManyRequests(1), credentials.TROUBLE),
    "a time-out": (TimeoutError(), credentials.NO_NETWORK),
    "a cut": (aiohttp.ServerDisconnectedError(), credentials.NO_NETWORK),
}


@pytest.mark.parametrize("name", REACHED)
async def test_what_is_wrong_with_an_account_is_told_apart(cast: Cast, name: str) -> None:
    answer, trouble = REACHED[name]
    opened = answering(answer)
    assert await opened.account_trouble() == trouble
    await opened.close()
    await opened.client.http_client.session.close()


async def test_no_network_and_no_account_are_told_apart_from_a_wrong_token(cast: Cast) -> None:
    unheard = Twilio(replace(config.settings(), twilio_api_url=f"http://127.0.0.1:{free_port()}"))
    unset = Twilio(replace(config.settings(), twilio_auth_token=""))
    assert await unheard.account_trouble() == credentials.NO_NETWORK
    assert await unset.account_trouble() == credentials.NOT_SET
    await unheard.close()
    await unset.close()


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


async def test_after_stop_twilio_itself_refuses(account: Twilio, twilio: Simulated) -> None:
    await send(account)
    await twilio.post("/simulator/replies", json={"from": LISA, "to": NUMBER, "body": "STOP", "deliver": False})
    assert await send(account, body="again") == Rejected(21610)


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
