"""The real SDK against the simulator: each trouble becomes the right word of ours."""

from __future__ import annotations

import json
from dataclasses import replace

import aiohttp
import pytest
from twilio.http.response import Response

from tests.cast import Cast
from tests.cast.stand_ins.account import LISA, NUMBER, send
from tests.cast.stand_ins.account import account as account
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.waiting import free_port
from webapp import config
from webapp.gateways import twilio_http
from webapp.gateways.twilio import Later, Rejected, Sent, Twilio, Unknown
from webapp.rules.numbers import credentials


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


async def test_after_stop_twilio_itself_refuses(account: Twilio, twilio: Simulated) -> None:
    await send(account)
    await twilio.post("/simulator/replies", json={"from": LISA, "to": NUMBER, "body": "STOP", "deliver": False})
    assert await send(account, body="again") == Rejected(21610)
