"""Files that VAN has ready, fetched from where VAN keeps them: without the key, which is for VAN alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp

from webapp.config import Settings
from webapp.gateways.media import PublicOnly
from webapp.gateways.van import Away, Trouble
from webapp.rules.outside import address as outside_address

LARGEST = 1_000_000_000  # bytes
PIECE = 256 * 1024
IDLE, CONNECT = 60, 5  # seconds without a byte; until the connection stands


class NoGood(Trouble):
    """The file is not one to take."""


async def pieces(settings: Settings, url: str) -> AsyncIterator[bytes]:
    """The file, piece by piece; raises Trouble. It is whole where this ends without an error."""
    own = urlsplit(settings.van_api_url)
    there = urlsplit(url)
    itself = (there.scheme, there.netloc) == (own.scheme, own.netloc)
    if not itself and outside_address.why_not(url, longest=outside_address.LED):
        raise NoGood("VAN named an address that is not encrypted, or not one on the internet")
    limit = aiohttp.ClientTimeout(total=None, connect=CONNECT, sock_read=IDLE)
    to = aiohttp.TCPConnector(resolver=None if itself else PublicOnly())
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, connector=to) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise Away(f"VAN's file is not there (HTTP {answer.status})", True)
            read = 0
            async for piece in answer.content.iter_chunked(PIECE):
                read += len(piece)
                if read > LARGEST:
                    raise NoGood("VAN's file is larger than a gigabyte")
                yield piece
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Away(f"VAN's file could not be fetched ({type(error).__name__})", True) from None
