"""Delivery of a text that Twilio took, and the signed webhooks about it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from webapp.simulator import personas, wire
from webapp.simulator.faults import CALLBACK, Fault, Plan
from webapp.simulator.store import IN, OUT, Message, Store

STOP_WORDS = {"stop", "unsubscribe", "end", "quit", "stopall", "cancel", "revoke", "optout"}
START_WORDS = {"start", "unstop", "yes"}
MEDIA, MOST_MEDIA = ("image/jpeg", "image/png", "image/gif"), 5_000_000
UNREACHABLE, WRONG_TYPE = 11200, 12300
log = logging.getLogger("simulator")


class Carrier:
    """``pace``: seconds from one status to the next."""

    def __init__(self, store: Store, account: str, token: str, pace: float) -> None:
        self.store, self.account, self.token, self.pace = store, account, token, pace
        self.plan = Plan()
        self.session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self.session:
            await self.session.close()

    @property
    def idle(self) -> bool:
        """Nothing is on its way any more."""
        return not self._tasks

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def carry(self, text: Message, fault: Fault | None) -> None:
        """From queued to sent to delivered, or to what a fault makes of it."""
        if fault and fault.do == "late":
            await asyncio.sleep(fault.seconds)
        unfetched = await self._fetch(text)
        code = unfetched or (fault.code if fault and fault.do == "fail" else 0)
        last = "failed" if unfetched else "undelivered" if code else "delivered"
        steps: list[tuple[str, int]] = [("sent", 0), (last, code)]
        if fault and fault.do == "reordered":
            steps.reverse()
        for status, error in steps:
            await asyncio.sleep(self.pace * random.uniform(0.5, 1.5))
            self.store.advance(text.sid, status, error or None)
            if not (fault and fault.do == "lost"):
                for _ in range(2 if fault and fault.do == "doubled" else 1):
                    await self.tell_status(text, status, error)
        self.store.advance(text.sid, last, code or None)
        if not code:
            await self._maybe_answer(text)

    async def _fetch(self, text: Message) -> int:
        """Fetches the media without a login, as Twilio does; an error code, or 0."""
        assert self.session
        for url in text.media.split():
            try:
                async with self.session.get(url) as answer:
                    data, kind = await answer.read(), answer.content_type
            except (aiohttp.ClientError, TimeoutError, OSError):
                return UNREACHABLE
            if answer.status != 200:
                return UNREACHABLE
            if kind not in MEDIA or len(data) > MOST_MEDIA:
                return WRONG_TYPE
        return 0

    async def tell_status(self, text: Message, status: str, error: int = 0) -> None:
        if not text.callback:
            return
        form = {
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": text.recipient,
            "From": text.sender,
            "AccountSid": self.account,
            "ApiVersion": wire.VERSION,
        }
        if error:
            form["ErrorCode"] = str(error)
        await self._post(text.callback, form)

    async def receive(self, sender: str, recipient: str, body: str, media: str = "", deliver: bool = True) -> Message:
        """A text from a person's phone to one of our numbers. ``deliver`` False: the webhook is lost on the way."""
        text = self.store.add(IN, sender, recipient, body, wire.segments(body), media=media)
        word = body.strip().lower()
        if word in STOP_WORDS | START_WORDS:
            self.store.block(recipient, sender, word in STOP_WORDS)
        if deliver and (url := self.store.inbound_url(recipient)):
            await self._post(url, self._inbound_form(text))
        return text

    def _inbound_form(self, text: Message) -> dict[str, str]:
        media = text.media.split()
        return {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": text.sid,
            "NumMedia": str(len(media)),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": text.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text.body,
            "FromCountry": "US",
            "To": text.recipient,
            "ToZip": "",
            "NumSegments": str(text.segments),
            "MessageSid": text.sid,
            "AccountSid": self.account,
            "From": text.sender,
            "ApiVersion": wire.VERSION,
            **{f"MediaUrl{n}": url for n, url in enumerate(media)},
            **{f"MediaContentType{n}": "image/png" for n in range(len(media))},
        }

    async def _post(self, url: str, form: dict[str, str]) -> None:
        assert self.session
        signature = RequestValidator(self.token).compute_signature(url, form)
        try:
            async with self.session.post(url, data=form, headers={"X-Twilio-Signature": signature}) as answer:
                if answer.status >= 300:
                    log.warning("webhook answered %s", answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("webhook not reached: %s", type(error).__name__)

    async def _maybe_answer(self, text: Message) -> None:
        """Answers as the persona, where personas are on."""
        if self.store.setting("personas") != "on":
            return
        answered = self.store.messages(
            "direction = ? AND sender = ? AND recipient = ?", IN, text.recipient, text.sender
        )
        sent = self.store.messages("direction = ? AND recipient = ?", OUT, text.recipient)
        words = personas.answer(text.recipient, len(answered), len(sent))
        if words:
            await asyncio.sleep(float(self.store.setting("pace", "8")) * random.uniform(0.5, 1.5))
            await self.receive(text.recipient, text.sender, words)

    def fault_for(self, text: Message) -> Fault | None:
        return self.plan.next(CALLBACK, text.recipient)
