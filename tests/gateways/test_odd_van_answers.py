"""If anything else answers in VAN's place, each call ends in a trouble we know: nothing odd ends a job (SPEC B3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from webapp.config import Settings
from webapp.gateways import van, van_files
from webapp.gateways.van import Van

ODD = (
    b"",
    b"null",
    b"7",
    b"[]",
    b"[null]",
    b"{}",
    b'{"items": [7]}',
    b'{"items": 7}',
    b"{",
    b"\xff\xfe\x00{",
    b"<html>Log in</html>",
    b"[" * 100_000,
)
ODD_THINGS = (
    b'[{"contactTypeId": "x", "name": "SMS Text"}]',
    b'{"items": [{}]}',
    b'{"phones": [null]}',
    b'{"phones": [{"phoneNumber": "4125550101"}]}',
)
ODD_ERRORS = (b"", b"[" * 100_000, b"[]", b'{"errors": null}', b'{"errors": [7]}', b'{"errors": {"text": 1}}', b"\xff")
Asked = Callable[[Van], Awaitable[object]]
QUESTIONS: dict[str, Asked] = {
    "contact type": lambda one: one.contact_type(),
    "things": lambda one: one.things(),
    "phone": lambda one: one.phone_id("101", "4125550101"),
}


class Oddity:
    """Answers everything alike."""

    status, body, headers = 200, b"", dict[str, str]()

    async def answer(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.body, headers=self.headers, content_type="application/json")


@pytest.fixture
async def odd() -> AsyncIterator[tuple[Oddity, Van]]:
    oddity, app = Oddity(), web.Application()
    app.router.add_route("*", "/{path:.*}", oddity.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
    async with aiohttp.ClientSession() as session:
        yield oddity, Van(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_an_odd_answer_to_a_question_is_nothing_found_or_a_trouble(
    odd: tuple[Oddity, Van], question: str
) -> None:
    oddity, gateway = odd
    troubles = 0
    for oddity.body in (*ODD, *ODD_THINGS):
        try:
            assert await QUESTIONS[question](gateway) in (None, [])
        except van.Away as trouble:
            assert not trouble.certain and "can't be read" in str(trouble)
            troubles += 1
    assert troubles > 5


async def test_an_odd_refusal_is_a_refusal(odd: tuple[Oddity, Van]) -> None:
    oddity, gateway = odd
    for oddity.body in ODD_ERRORS:
        for oddity.status, trouble in (
            (400, van.Refused),
            (404, van.NotThere),
            (302, van.Refused),
            (401, van.WrongKey),
        ):
            with pytest.raises(trouble, match=f"HTTP {oddity.status}"):
                await gateway.record("101", {})


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({}, 30),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "-5"}, 1),
        ({"Retry-After": "1e9"}, 3_600),
        ({"Retry-After": "inf"}, 3_600),
        ({"Retry-After": "nan"}, 30),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "Sat, 28 Nov 2026 15:01:00 GMT", "Date": "Sat, 28 Nov 2026 15:00:00 GMT"}, 60),
    ],
)
async def test_a_pause_is_some_seconds_whatever_van_asks_for(
    odd: tuple[Oddity, Van], told: dict[str, str], seconds: float
) -> None:
    oddity, gateway = odd
    oddity.status, oddity.headers = 429, told
    with pytest.raises(van.Busy) as busy:
        await gateway.record("101", {})
    assert busy.value.seconds == seconds


@pytest.mark.parametrize(
    "url", ["http://data.example.org/1.csv", "https://10.0.0.7/1.csv", "https://localhost/1.csv", ""]
)
async def test_a_file_is_asked_for_on_the_internet_alone(settings: Settings, url: str) -> None:
    with pytest.raises(van_files.NoGood):
        await anext(van_files.pieces(settings, url))
