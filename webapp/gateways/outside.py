"""Other people's servers, at addresses they typed: only public ones, resolved when they are called, no redirect, little time and few
bytes (SPEC B7, B8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from webapp.gateways.media import PublicOnly
from webapp.rules.outside import address as outside_address

SECONDS, TO_CONNECT = 10, 5
SHOWN = 300  # bytes of an answer


@dataclass(frozen=True)
class Answer:
    """``said``: its first bytes."""

    status: int
    said: str

    @property
    def well(self) -> bool:
        return 200 <= self.status < 300


class Away(Exception):
    """Nobody answered, or the address may not be called; in a sentence."""


@asynccontextmanager
async def opened(seconds: int = SECONDS) -> AsyncIterator[aiohttp.ClientSession]:
    """Names lead to public addresses only; a bare number is refused by outside_address before."""
    limit = aiohttp.ClientTimeout(total=seconds, connect=TO_CONNECT)
    connector = aiohttp.TCPConnector(limit=4, resolver=PublicOnly())
    async with aiohttp.ClientSession(
        timeout=limit, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield session


async def post(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str], rehearsal: bool
) -> Answer:
    """Once. Raises Away."""
    if why := outside_address.why_not(url, rehearsal):
        raise Away(why)
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, (await answer.content.read(SHOWN)).decode("utf-8", "replace"))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Away(reason(error)) from error


def reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "No answer in time."
    if "no public address" in str(getattr(error, "os_error", error)):
        return "The name leads to no public address."
    if isinstance(error, aiohttp.ClientConnectorError):
        return "The server can't be reached."
    return f"The connection failed ({type(error).__name__})."


LARGEST_FILE, FILE_SECONDS, REDIRECTS = 100_000_000, 300, 5
HEAD = 1_000  # bytes of a file that are looked at before it is read


@dataclass(frozen=True)
class Fetched:
    """``head``: the first bytes; ``size``: of all that is on disk."""

    status: int
    kind: str
    head: bytes
    size: int


async def fetch(url: str, path: Path, rehearsal: bool) -> Fetched:
    """The file at the address, written to ``path``. A published spreadsheet leads to another server of its owner, so redirects are
    followed, each to an address that may be called; all of it has FILE_SECONDS. Raises Away."""
    try:
        async with asyncio.timeout(FILE_SECONDS), opened(FILE_SECONDS) as session:
            for _ in range(REDIRECTS + 1):
                if why := outside_address.why_not(url, rehearsal, outside_address.LED):
                    raise Away(why)
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status not in (301, 302, 303, 307, 308):
                        return await _kept(answer, path)
                    url = str(answer.url.join(URL(answer.headers.get("Location", ""))))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Away(reason(error)) from error
    raise Away("The address leads on and on to others.")


async def _kept(answer: aiohttp.ClientResponse, path: Path) -> Fetched:
    size, head = 0, b""
    with path.open("wb") as file:
        async for piece in answer.content.iter_chunked(64_000):
            size, head = size + len(piece), (head + piece)[:HEAD]
            if size > LARGEST_FILE:
                raise Away("The file is larger than 100 MB.")
            file.write(piece)
    return Fetched(answer.status, answer.headers.get("Content-Type", "").lower(), head, size)
