"""The SDK's transport, with a time limit that holds (the SDK's own client ignores it) and another base address for a simulator."""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from webapp import clock
from webapp.gateways import odd_answers, twilio_answers

TOTAL, CONNECT = 10, 5  # seconds
AT_ONCE = 200  # connections of one process


class TooManyRequests(Exception):
    """HTTP 429; worth another try after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"429, again in {seconds} s")
        self.seconds = seconds


class TwilioHttp(AsyncHttpClient):
    """Never retries, and follows nobody elsewhere. Raises TooManyRequests, TwilioRestException, TimeoutError, and what aiohttp
    raises."""

    def __init__(self, base: str) -> None:
        super().__init__(logging.getLogger("twilio"), True, TOTAL)
        self.is_async = True
        self.base = base.rstrip("/")
        self.told: tuple[datetime, float] | None = None  # Twilio's clock, and when it said so by the steady one
        limit = aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT)
        self.session = aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(limit=AT_ONCE))

    async def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        **_: Any,
    ) -> Response:
        if self.base:
            url = self.base + "/" + url.split("/", 3)[3]
        login = aiohttp.BasicAuth(*auth) if auth else None
        plain = {key: str(value) for key, value in (params or {}).items() if value is not None}
        asked = {"params": plain, "data": _form(data), "headers": headers, "auth": login, "allow_redirects": False}
        try:
            async with self.session.request(method, url, **asked) as answer:
                self._read_clock(answer)
                text = (await answer.read()).decode("utf-8", "replace")
        except OSError as error:
            if isinstance(error, aiohttp.ClientError | TimeoutError):
                raise
            raise aiohttp.ClientOSError(*error.args) from error  # such as TLS that ends in the middle
        if answer.status == 429:
            raise TooManyRequests(odd_answers.wait_of(answer.headers, 1.0, (0.1, 300.0)))
        if not 200 <= answer.status < 300:
            raise twilio_answers.refusal(answer.status, url, text)
        return Response(answer.status, text)

    def _read_clock(self, answer: aiohttp.ClientResponse) -> None:
        """Only from answers of the API itself: a proxy's error page has a clock of its own."""
        if answer.content_type == "application/json" and answer.status < 500:
            with contextlib.suppress(ValueError, TypeError):
                self.told = parsedate_to_datetime(answer.headers.get("Date", "")), clock.steady()

    def ahead(self) -> float | None:
        """Seconds by which the clock that decides about hours is ahead of Twilio's now, to a second; None before an answer
        said so. The clock may have been set since: the steady one was not."""
        if self.told is None:
            return None
        at, when = self.told
        return clock.ahead_of(at + timedelta(seconds=clock.steady() - when))


def _form(data: Any) -> Any:
    if data is None:
        return None
    pairs = [
        (key, value) for key, values in data.items() for value in (values if isinstance(values, list) else [values])
    ]
    return aiohttp.FormData([(key, _plain(value)) for key, value in pairs if value is not None])


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
