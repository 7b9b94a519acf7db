"""A volunteer of a bank of real processes, with plain forms."""

from __future__ import annotations

import asyncio
import re
import time

import httpx

from tests.faults.bank import PASSWORD, PATIENCE, Bank


class Volunteer:
    """Someone who texts with plain forms, and presses again when the site does not answer. They wait longer than ten log-ins
    at once take on a busy machine: whoever gives up sooner and presses again holds up the others."""

    def __init__(self, bank: Bank, email: str) -> None:
        self.bank, self.email = bank, email
        self.client = httpx.AsyncClient(base_url=bank.url, timeout=30, follow_redirects=True)

    async def press(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Until the site answers; the same form each time. A busy machine may take half a minute to start the web."""
        end, said = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            try:
                answer = await self.client.request(method, path, data=data)
            except httpx.HTTPError as error:
                said = repr(error)
            else:
                if answer.status_code < 500:
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
            form = re.search(
                r'action="(/c/meyer/queue/\d+/messages)".*?name="client_message_id" value="([^"]+)".*?name="hash" value="([^"]*)"',
                page.text,
                re.S,
            )
            if form is None:
                again = await self.press("POST", f"/c/meyer/actions/{action_id}/buckets")
                if "/queue" not in again.url.path:
                    return clicks
                page = again
                continue
            page = await self.press("POST", form[1], {"client_message_id": form[2], "hash": form[3]})
            clicks += 1

    async def close(self) -> None:
        await self.client.aclose()
