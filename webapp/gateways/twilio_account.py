"""The Twilio account: does it work, and what kind of line is a phone?"""

from __future__ import annotations

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from webapp.config import Settings
from webapp.gateways.odd_answers import CANT_READ
from webapp.gateways.twilio_answers import readable
from webapp.gateways.twilio_http import TooManyRequests, TwilioHttp
from webapp.rules.contacts import lines
from webapp.rules.numbers import credentials


class TwilioAccount:
    def __init__(self, settings: Settings) -> None:
        self.http = TwilioHttp(settings.twilio_api_url)
        self.settings = settings
        sid, token = settings.twilio_account_sid or "AC" + "0" * 32, settings.twilio_auth_token or "none"
        self.client = Client(sid, token, http_client=self.http)

    async def close(self) -> None:
        await self.http.session.close()

    def ahead(self) -> float | None:
        """Seconds by which our clock is ahead of Twilio's; None where no answer told."""
        return self.http.ahead()

    @readable
    async def line_type(self, phone: str) -> str:
        """The kind of line in Twilio's word; lines.INVALID where there is no such number, "unknown" where Twilio may not
        say (Canada, without its approval). Each call costs money."""
        try:
            found = await self.client.lookups.v2.phone_numbers(phone).fetch_async(fields="line_type_intelligence")
        except TwilioRestException as error:
            if error.status == 404:
                return lines.INVALID
            raise
        if found.valid is False:
            return lines.INVALID
        told = found.line_type_intelligence or {}
        return "unknown" if told.get("error_code") else str(told.get("type") or "unknown")

    async def account_trouble(self) -> str:
        """credentials.WORKS where the credentials are right and the account is active, else what is wrong."""
        if not (self.settings.twilio_account_sid and self.settings.twilio_auth_token):
            return credentials.NOT_SET
        try:
            account = await self.client.api.accounts(self.client.account_sid).fetch_async()
        except TwilioRestException as error:
            return credentials.of_error(error.status, int(error.code or error.status))
        except (TooManyRequests, *CANT_READ):
            return credentials.TROUBLE
        except (TimeoutError, aiohttp.ClientError):
            return credentials.NO_NETWORK
        return credentials.WORKS if account.status == "active" else credentials.NOT_ACTIVE

    @readable
    async def taken_over(self, inbound: str) -> dict[str, str]:
        """The numbers (E.164) whose texts a Messaging Service takes instead of the address on the number, each with the
        service's name. ``inbound``: our address; a service that sends its texts there takes none."""
        taken = {}
        for service in await self.client.messaging.v1.services.list_async(limit=1000):
            if service.use_inbound_webhook_on_number or service.inbound_request_url == inbound:
                continue
            for number in await service.phone_numbers.list_async(limit=1000):
                taken[number.phone_number or ""] = service.friendly_name or service.sid or ""
        return taken

    async def account_refusal(self, error: Exception) -> int:
        """The code with which Twilio refuses the account, after a call ended in this error; 0 where it does not. A list that
        fails doesn't say."""
        if not isinstance(error, TwilioException):
            return 0
        return credentials.CODES.get(await self.account_trouble(), 0)
