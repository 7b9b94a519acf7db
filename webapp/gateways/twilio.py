"""Twilio in our words. Only workers call it. Each call has a time limit, is made once and never retried here."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException

from webapp.gateways import twilio_answers
from webapp.gateways.odd_answers import CANT_READ
from webapp.gateways.twilio_account import TwilioAccount
from webapp.gateways.twilio_answers import readable
from webapp.gateways.twilio_http import TooManyRequests
from webapp.gateways.twilio_texts import Text as Text
from webapp.gateways.twilio_texts import text_of

NO_CAPACITY = 20429
ODD = "an answer that can't be read"
API = "https://api.twilio.com"
LARGEST_PAGE, SMALL_PAGE = 1_000, 100
UNSORTED = timedelta(minutes=10)  # two texts of a list may stand in the wrong order where they differ by less
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """Twilio took it."""

    sid: str


@dataclass(frozen=True)
class Rejected:
    """Twilio refused it and says why."""

    code: int


@dataclass(frozen=True)
class Later:
    """Certainly not taken; worth another try after so many seconds. ``why``: the trouble, where Twilio asked for no wait."""

    seconds: float
    why: str = ""


@dataclass(frozen=True)
class Unknown:
    """It may have been taken: a time-out, a server error or an unreadable answer."""

    why: str


Outcome = Sent | Rejected | Later | Unknown


@dataclass(frozen=True)
class Page:
    """Part of a list."""

    texts: list[Text]
    is_last: bool


@dataclass(frozen=True)
class Number:
    """A number of the account; ``sms_url`` gets the texts that come to it."""

    sid: str
    e164: str
    sms_url: str


OUT_OF_REACH = (TooManyRequests, TimeoutError, aiohttp.ClientError)
# TwilioException: the SDK raises it, and not its subclass, for a list that fails
TROUBLE = (TwilioException, *OUT_OF_REACH, json.JSONDecodeError)


class Twilio(TwilioAccount):
    """One account. Made inside a running event loop; `close` ends its connections."""

    async def send(self, to: str, from_: str, body: str, callback: str, validity: int, picture: str = "") -> Outcome:
        """Hands one text over. ``validity``: seconds Twilio may keep it; ``callback``: the address for its status;
        ``picture``: the address of one, which makes the text an MMS."""
        media = {"media_url": [picture]} if picture else {}
        try:
            message = await self.client.messages.create_async(
                to=to, from_=from_, body=body, status_callback=callback, validity_period=validity, **media
            )
        except TooManyRequests as error:
            return Later(error.seconds)
        except TwilioRestException as error:
            return _refused(error)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            log.warning("Twilio can't be reached: %s", type(error).__name__)
            return Later(5, "Twilio can't be reached")
        except (TimeoutError, aiohttp.ClientError, TwilioException, *CANT_READ) as error:
            return Unknown(in_words(error))
        return Sent(str(message.sid)) if twilio_answers.is_sid(message.sid) else Unknown(ODD)

    @readable
    async def texts_between(self, to: str, from_: str, limit: int = 50) -> list[Text]:
        """Newest first. No date filter: Twilio filters by the date sent, and a text that waits has none yet."""
        found = await self.client.messages.list_async(to=to, from_=from_, limit=limit)
        return [text_of(message) for message in found]

    @readable
    async def newest_from(self, number: str, since: datetime, limit: int = 20) -> list[Text]:
        """The newest texts from one of our numbers that programs sent and that may have arrived, newest first: one at least,
        where one was sent since. Twilio's own answers to STOP, and texts that failed, may fill a page or more."""
        found = await self.client.messages.list_async(from_=number, limit=limit)
        arrived = [text for text in map(text_of, found) if text.may_have_arrived]
        if arrived or len(found) < limit:
            return arrived
        async for page in self._pages(since, from_=number):
            if arrived := [text for text in page.texts if text.may_have_arrived]:
                return arrived[:limit]
        return []

    async def pages_since(self, since: datetime, to: str = "") -> AsyncIterator[Page]:
        """All texts of the account sent since an instant, in and out, or those that came to one number; newest first, page by
        page. Twilio promises to filter by the day only, so an older text ends the list, if it is older by more than the
        list may be wrongly sorted by."""
        which = {"date_sent_after": since, **({"to": to} if to else {})}
        async for page in self._pages(since, **which):
            yield page

    async def _pages(self, since: datetime, **which: Any) -> AsyncIterator[Page]:
        page: Any = await self._first_page(which)
        while page:
            found = await self._read(page, since)
            yield found
            page = None if found.is_last else await self._next(page)

    @readable
    async def _read(self, page: Any, since: datetime) -> Page:
        texts = [text_of(message) for message in page]
        return Page(texts, not page.next_page_url or any(t.listed_at and t.listed_at < since - UNSORTED for t in texts))

    @readable
    async def _next(self, page: Any) -> Any:
        return await page.next_page_async()

    @readable
    async def _first_page(self, which: dict[str, Any]) -> Any:
        """As large as Twilio allows; a small one where that takes too long."""
        try:
            return await self.client.messages.page_async(page_size=LARGEST_PAGE, **which)
        except TimeoutError:
            return await self.client.messages.page_async(page_size=SMALL_PAGE, **which)

    @readable
    async def texts_from(self, number: str, since: datetime) -> list[Text]:
        """All that left one of our numbers since an instant, or waits to, newest first. No date filter: a text that waits
        has no date sent yet."""
        found: list[Text] = []
        pages = await self.client.messages.stream_async(page_size=200, from_=number)
        async for message in pages:
            text = text_of(message)
            if text.created_at < since - timedelta(
                days=1
            ):  # sorted by date sent: one may have waited at Twilio for hours
                break
            if text.created_at >= since:
                found.append(text)
        return found

    @readable
    async def text(self, sid: str) -> Text:
        return text_of(await self.client.messages(sid).fetch_async())

    @readable
    async def media_of(self, sid: str) -> list[str]:
        """Addresses of the files that came with a text, as its webhook would have named them."""
        found = await self.client.messages(sid).media.list_async(limit=10)
        return [API + (one.uri or "").removesuffix(".json") for one in found]

    @readable
    async def numbers(self) -> list[Number]:
        found = await self.client.incoming_phone_numbers.list_async(limit=1000)
        return [Number(n.sid or "", n.phone_number or "", n.sms_url or "") for n in found]

    @readable
    async def buy(self, area_code: str, sms_url: str) -> Number | Rejected:
        """A new number of an area code; its texts go to ``sms_url``. After any error that is raised it may have been bought."""
        try:
            n = await self.client.incoming_phone_numbers.create_async(
                area_code=area_code, sms_url=sms_url, sms_method="POST"
            )
        except TwilioRestException as error:
            if error.status >= 500:
                raise
            return Rejected(int(error.code or error.status))
        return Number(n.sid or "", n.phone_number or "", n.sms_url or "")

    @readable
    async def point_here(self, number_sid: str, sms_url: str) -> None:
        """Makes a number's texts come to us."""
        await self.client.incoming_phone_numbers(number_sid).update_async(sms_url=sms_url, sms_method="POST")

    @readable
    async def release(self, number_sid: str) -> None:
        """Gives a number back; no error where it is gone already."""
        try:
            await self.client.incoming_phone_numbers(number_sid).delete_async()
        except TwilioRestException as error:
            if error.status != 404:
                raise


def in_words(error: Exception) -> str:
    """The failure of a call that is one of TROUBLE."""
    if isinstance(error, TwilioRestException):
        return f"HTTP {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return "Twilio can't be reached"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return ODD


def _refused(error: TwilioRestException) -> Outcome:
    if error.status >= 500 or error.status == 408:  # nobody knows how much of the request was read
        return Unknown(f"HTTP {error.status}")
    if error.code == NO_CAPACITY or error.status == 429:
        return Later(2)
    return Rejected(int(error.code or error.status))
