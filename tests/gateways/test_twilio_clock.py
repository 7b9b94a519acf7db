"""The Date of Twilio's answers tells whether our clock is right (SPEC S1, X2)."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.base.exceptions import TwilioRestException

from webapp import clock
from webapp.gateways.twilio_http import TwilioHttp


@pytest.mark.parametrize(
    ("off", "kind", "status", "known"),
    [
        (0, "application/json", 200, True),
        (600, "application/json", 201, True),
        (-600, "application/json", 404, True),
        (600, "text/html", 200, False),
        (600, "application/json", 503, False),
    ],
)
async def test_only_the_api_s_own_answers_set_it(off: int, kind: str, status: int, known: bool) -> None:
    async def answer(_: web.Request) -> web.Response:
        told = format_datetime(datetime.now(UTC) - timedelta(seconds=off), usegmt=True)
        return web.Response(text="{}", content_type=kind, status=status, headers={"Date": told})

    app = web.Application()
    app.router.add_get("/x", answer)
    async with TestServer(app) as server:
        http = TwilioHttp(str(server.make_url("/")))
        assert http.ahead() is None
        with contextlib.suppress(TwilioRestException):
            await http.request("GET", "https://api.twilio.com/x")
        ahead = http.ahead()
        await http.session.close()
    assert (ahead is not None) == known
    if ahead is not None:
        assert abs(ahead - off) < 2


async def test_a_clock_that_is_set_later_is_known_without_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    http = TwilioHttp("http://127.0.0.1:1")
    http.told = datetime.now(UTC), clock.steady()
    later = datetime.now(UTC).timestamp() + 900
    monkeypatch.setattr("time.time", lambda: later)
    ahead = http.ahead()
    await http.session.close()
    assert ahead is not None and abs(ahead - 900) < 2
