"""Twilio in our words. Only workers call it. Each call has a time limit, is made once and never retried here."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from webapp.gateways.twilio_account import TwilioAccount
from webapp.gateways.twilio_http import TooManyRequests
from webapp.rules import errors

NO_CAPACITY = 20429
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
class Text:
    """A message as Twilio has it."""

    sid: str
    to: str
    from_: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime
    media: int = 0
    price: str = ""  # dollars, as Twilio writes it; "" until it is known
    direction: str = ""  # "outbound-api" where a program sent it, "outbound-reply" where Twilio answered by itself

    @property
    def failed_us(self) -> bool:
        """It reached nobody, because of the account: it waits here again (answers.reached_nobody)."""
        return self.status in ("failed", "undelivered") and self.error_code in errors.OF_THE_ACCOUNT

    sent_at: datetime | None = None  # None while it waits at Twilio; of one that came in, when Twilio told us of it

    @property
    def came_in(self) -> bool:
        return not self.direction.startswith("outbound")

    @property
    def listed_at(self) -> datetime | None:
        """By this Twilio sorts and filters its lists; None where it has no place there yet."""
        return self.sent_at or (self.created_at if self.came_in else None)


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
        except (TwilioRestException, TwilioServiceException) as error:
            return _refused(error)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            log.warning("Twilio can't be reached: %s", type(error).__name__)
            return Later(5, "Twilio can't be reached")
        except (TimeoutError, aiohttp.ClientError, json.JSONDecodeError, KeyError) as error:
            return Unknown(in_words(error))
        return Sent(message.sid) if message.sid else Unknown("no sid")

    async def texts_between(self, to: str, from_: str, limit: int = 50) -> list[Text]:
        """Newest first. No date filter: Twilio filters by the date sent, and a text that waits has none yet."""
        found = await self.client.messages.list_async(to=to, from_=from_, limit=limit)
        return [_text(message) for message in found]

    async def newest_from(self, number: str, limit: int = 20) -> list[Text]:
        """The newest texts that programs sent from one of our numbers, newest first."""
        found = await self.client.messages.list_async(from_=number, limit=limit)
        return [_text(message) for message in found if message.direction == "outbound-api"]

    async def pages_since(self, since: datetime, to: str = "") -> AsyncIterator[Page]:
        """All texts of the account sent since an instant, in and out, or those that came to one number; newest first, page by
        page. Twilio promises to filter by the day only, so an older text ends the list, if it is older by more than the
        list may be wrongly sorted by."""
        page: Any = await self._first_page(since, to)
        while page:
            texts = [_text(message) for message in page]
            is_last = not page.next_page_url or any(t.listed_at and t.listed_at < since - UNSORTED for t in texts)
            yield Page(texts, is_last)
            page = None if is_last else await page.next_page_async()

    async def _first_page(self, since: datetime, to: str) -> Any:
        """As large as Twilio allows; a small one where that takes too long."""
        which = {"date_sent_after": since, **({"to": to} if to else {})}
        try:
            return await self.client.messages.page_async(page_size=LARGEST_PAGE, **which)
        except TimeoutError:
            return await self.client.messages.page_async(page_size=SMALL_PAGE, **which)

    async def texts_from(self, number: str, since: datetime) -> list[Text]:
        """All that left one of our numbers since an instant, or waits to, newest first. No date filter: a text that waits
        has no date sent yet."""
        found: list[Text] = []
        pages = await self.client.messages.stream_async(page_size=200, from_=number)
        async for message in pages:
            text = _text(message)
            if text.created_at < since - timedelta(
                days=1
            ):  # sorted by date sent: one may have waited at Twilio for hours
                break
            if text.created_at >= since:
                found.append(text)
        return found

    async def text(self, sid: str) -> Text:
        return _text(await self.client.messages(sid).fetch_async())

    async def media_of(self, sid: str) -> list[str]:
        """Addresses of the files that came with a text, as its webhook would have named them."""
        found = await self.client.messages(sid).media.list_async(limit=10)
        return [API + (one.uri or "").removesuffix(".json") for one in found]

    async def numbers(self) -> list[Number]:
        found = await self.client.incoming_phone_numbers.list_async(limit=1000)
        return [Number(n.sid or "", n.phone_number or "", n.sms_url or "") for n in found]

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

    async def point_here(self, number_sid: str, sms_url: str) -> None:
        """Makes a number's texts come to us."""
        await self.client.incoming_phone_numbers(number_sid).update_async(sms_url=sms_url, sms_method="POST")

    async def release(self, number_sid: str) -> None:
        """Gives a number back; no error where it is gone already."""
        try:
            await self.client.incoming_phone_numbers(number_sid).delete_async()
        except TwilioRestException as error:
            if error.status != 404:
                raise


def in_words(error: Exception) -> str:
    """What went wrong with a call that is one of TROUBLE."""
    if isinstance(error, TwilioRestException):
        return f"HTTP {error.status}"
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return "Twilio can't be reached"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return "an answer that can't be read"


def _refused(error: TwilioRestException | TwilioServiceException) -> Outcome:
    if error.status >= 500:
        return Unknown(f"HTTP {error.status}")
    if error.code == NO_CAPACITY or error.status == 429:
        return Later(2)
    told = str(error.code or "")
    return Rejected(int(told) if told.isdecimal() else error.status)


def _text(message: Any) -> Text:
    created = message.date_created or datetime.fromtimestamp(0, UTC)
    media = int(message.num_media or 0)
    return Text(
        message.sid,
        message.to,
        message.from_,
        message.body or "",
        message.status,
        message.error_code,
        created,
        media,
        message.price or "",
        message.direction or "",
        message.date_sent,
    )
