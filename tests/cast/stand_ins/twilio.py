"""Twilio as a test wants it, where the simulator is more than is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from webapp import clock, config
from webapp.gateways.twilio import Page, Sent, Text, Twilio


def sid_of(phone: str) -> str:
    return f"SM{int(phone[1:]):032x}"


class Silent:
    """A Twilio that has sent nothing yet."""

    async def newest_from(self, *_: object) -> list[Text]:
        return []

    async def pages_since(self, *_: object) -> AsyncIterator[Page]:
        yield Page([], True)

    async def account_refusal(self, *_: object) -> int:
        return 0

    def ahead(self) -> float | None:
        return 0.0


class Quick(Silent):
    """Takes every text at once. ``sent``: to whom; ``at``: when, by the steady clock."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.at: list[float] = []

    async def send(self, to: str, *_: object) -> Sent:
        self.sent.append(to)
        self.at.append(clock.steady())
        return Sent(f"SM{len(self.sent):032x}")


class Hangs(Silent):
    """Answers when it is told to ``go``, each call (or those to one phone alone). ``most``: calls under way at once."""

    def __init__(self, only: str = "") -> None:
        self.only, self.go = only, asyncio.Event()
        self.sent: list[str] = []
        self.under_way = self.most = 0

    async def send(self, to: str, *_: object) -> Sent:
        self.sent.append(to)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.only in ("", to):
            await self.go.wait()
        self.under_way -= 1
        return Sent(sid_of(to))


class Troubled(Twilio):
    """The product's way to the simulator, where some questions are answered with an error: `async with Troubled(...)`."""

    def __init__(self, status: int, when: Callable[[str, str, dict[str, Any]], bool]) -> None:
        """``when``: of method, address and parameters."""
        super().__init__(config.settings())
        self.status, self.when = status, when

    async def __aenter__(self) -> Troubled:
        asked: Callable[..., Awaitable[Any]] = self.http.request

        async def request(method: str, url: str, params: Any = None, **more: Any) -> Any:
            answer = await asked(method, url, params=params, **more)
            if self.when(method.upper(), url, params or {}):
                answer.status_code = self.status
            return answer

        self.http.request = request  # type: ignore[method-assign, assignment]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Counted(Twilio):
    """The product's way to the simulator; ``asked`` has the parameters of each call. ``before`` may change them, or raise:
    `async with Counted(...)`."""

    def __init__(self, before: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
        super().__init__(config.settings())
        self.before = before
        self.asked: list[dict[str, Any]] = []

    async def __aenter__(self) -> Counted:
        call: Callable[..., Awaitable[Any]] = self.http.request

        async def request(method: str, url: str, params: Any = None, **more: Any) -> Any:
            address, _, query = url.partition("?")
            told = dict(parse_qsl(query)) | (params or {})
            self.asked.append(told)
            self.before(told)
            return await call(method, address, params=told, **more)

        self.http.request = request  # type: ignore[method-assign, assignment]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
