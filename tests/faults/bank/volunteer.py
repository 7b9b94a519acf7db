"""A volunteer of a bank of real processes, with plain forms or with the deck of a page."""

from __future__ import annotations

import asyncio
import re
import time

import httpx

from tests.cast.site import PARTIAL
from tests.faults.bank import PASSWORD, PATIENCE, Bank

# The conversation, the click's id and the hash of each card of a page
_CARD = re.compile(
    r'action="/c/meyer/queue/(\d+)/messages".*?name="client_message_id" value="([^"]+)".*?name="hash" value="([^"]*)"',
    re.S,
)
_SHOWS = re.compile(r'data-shows="([^"]*)"')


class Volunteer:
    """Someone who texts with plain forms, and presses again when the site does not answer. They wait longer than ten log-ins
    at once take on a busy machine: whoever gives up sooner and presses again holds up the others. ``deck``: they text as a
    browser with JavaScript does, which holds the next cards and asks for one more with each (deck.js); ``brought``: how many
    came so; ``shows``: the mark of what the page shows."""

    def __init__(self, bank: Bank, email: str, deck: bool = False) -> None:
        self.bank, self.email, self.deck, self.brought, self.shows = bank, email, deck, 0, ""
        self.client = httpx.AsyncClient(base_url=bank.url, timeout=30, follow_redirects=True)

    async def press(
        self, method: str, path: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Until the site answers; the same form each time. A busy machine may take half a minute to start the web."""
        end, said = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            try:
                answer = await self.client.request(method, path, data=data, headers=headers)
            except httpx.HTTPError as error:
                said = repr(error)
            else:
                if answer.status_code < 500:
                    self.shows = next(iter(_SHOWS.findall(answer.text)), self.shows)
                    return answer
                said = str(answer.status_code)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{path} was not answered in {PATIENCE} s (last: {said})\n{self.bank.logs()}")

    async def log_in(self) -> None:
        answer = await self.press("POST", "/login", {"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200 and "/login" not in str(answer.url), answer.text[:500]

    async def text_all(self, action_id: int) -> int:
        """Start, then Send until nobody is left; how many clicks were answered."""
        page, clicks = await self.press("POST", f"/c/meyer/actions/{action_id}/buckets"), 0
        while True:
            cards = _CARD.findall(page.text)
            if not cards:
                again = await self.press("POST", f"/c/meyer/actions/{action_id}/buckets")
                if "/queue" not in again.url.path:
                    return clicks
                page = again
                continue
            page, clicked = await self._through_deck(cards if self.deck else cards[:1])
            clicks += clicked

    async def _through_deck(self, cards: list[tuple[str, str, str]]) -> tuple[httpx.Response, int]:
        """Send on each card, in their order, until an answer brings a page of its own. Also how many were answered."""
        clicks = 0
        while True:
            (talk, client_id, seen), *cards = cards
            form = {"client_message_id": client_id, "hash": seen} | (
                {"ahead": _ids(cards), "shows": self.shows} if cards else {}
            )
            answer = await self.press("POST", f"/c/meyer/queue/{talk}/messages", form, PARTIAL if self.deck else None)
            clicks += 1
            more = _CARD.findall(answer.text)
            if not cards or "<main" in answer.text or answer.status_code != 200:
                return answer, clicks
            assert not {one[0] for one in more} & {talk, *(one[0] for one in cards)}, f"{talk} {more} {cards}"
            cards, self.brought = cards + more, self.brought + len(more)

    async def close(self) -> None:
        await self.client.aclose()


def _ids(cards: list[tuple[str, str, str]]) -> str:
    return ",".join(talk for talk, _, _ in cards)
