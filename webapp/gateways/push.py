"""Notices to browsers by web push (RFC 8030, 8291, 8292). A browser says where its push service is, so the address comes
from outside: only https, only public addresses, no redirect, and few bytes of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from webapp import clock
from webapp.config import Settings
from webapp.gateways.media import PublicOnly
from webapp.rules.notices import push_address

SECONDS = 10
KEPT_SECONDS = 24 * 3600  # a push service keeps what it can't deliver for so long
LONGEST = 3_000  # bytes of a notice; push services take 4,096 with what encryption adds
SIGNED_SECONDS = 12 * 3600  # RFC 8292: 24 hours at most


@dataclass(frozen=True)
class Browser:
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Sent:
    pass


@dataclass(frozen=True)
class Gone:
    """The browser is not there any more."""


@dataclass(frozen=True)
class Failed:
    """``why``: in the push service's own words. ``certain``: it surely did not take the notice. ``away``: it can't be
    reached or has a fault of its own, so another try may help."""

    why: str
    certain: bool = True
    away: bool = False


Outcome = Sent | Gone | Failed


@asynccontextmanager
async def opened(connector: aiohttp.TCPConnector | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """Connections for several notices. ``connector``: a test's own; else public addresses only."""
    limit = aiohttp.ClientTimeout(total=SECONDS, connect=5)
    chosen = connector or aiohttp.TCPConnector(limit=20, resolver=PublicOnly())
    async with aiohttp.ClientSession(timeout=limit, connector=chosen) as session:
        yield session


async def send(
    session: aiohttp.ClientSession, settings: Settings, key: EllipticCurvePrivateKey, browser: Browser, data: bytes
) -> Outcome:
    """Encrypts the notice for this browser and hands it over, once. ``key``: by which push services know us."""
    if not push_address.acceptable(browser.endpoint, browser.p256dh, browser.auth):
        return Failed("address")
    if len(data) > LONGEST:
        return Failed("too long")
    try:
        body, headers = await asyncio.to_thread(_sealed, settings, key, browser, data)
        async with session.post(browser.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
            return await _outcome(answer)
    except (WebPushException, VapidException, ValueError) as error:
        return Failed(type(error).__name__)
    except aiohttp.ClientConnectorError as error:  # nothing has left
        return Failed(type(error).__name__, away=True)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Failed(type(error).__name__, certain=False)


async def _outcome(answer: aiohttp.ClientResponse) -> Outcome:
    if answer.status in (200, 201, 202):
        return Sent()
    if answer.status in (404, 410):
        return Gone()
    said = (await answer.content.read(200)).decode("utf-8", "replace")
    return Failed(f"HTTP {answer.status} {' '.join(said.split())}".strip(), away=answer.status >= 500)


def _sealed(
    settings: Settings, key: EllipticCurvePrivateKey, browser: Browser, data: bytes
) -> tuple[bytes, dict[str, str]]:
    """The body, which only that browser can read, and headers that say who sends it."""
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    pusher: Any = WebPusher({"endpoint": browser.endpoint, "keys": keys})
    signer: Any = Vapid02(private_key=key)
    parts = urlsplit(browser.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(clock.now().timestamp()) + SIGNED_SECONDS,
        "sub": f"mailto:{parseaddr(settings.mail_from)[1]}",
    }
    headers = {**signer.sign(claims), "Content-Encoding": "aes128gcm", "TTL": str(KEPT_SECONDS), "Urgency": "normal"}
    return pusher.encode(data)["body"], {**headers, "Content-Type": "application/octet-stream"}
