"""Fetches the files people send with their texts. Their addresses come from outside. So only Twilio's own hosts and
public addresses are called, after redirects too, and never for more bytes or seconds than a picture needs (SPEC X5)."""

from __future__ import annotations

import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from webapp.config import Settings

LARGEST = 8_000_000  # bytes; Twilio takes 5 MB from a phone, and more from other channels
SECONDS = 20
REDIRECTS = 3
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # any other IPv6 address may translate to a private one
API_HOSTS = ("api.twilio.com",)
REDIRECTED_TO = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refused:
    """It will never be fetched; ``why``: "address", "large" or "gone"."""

    why: str


class Later(Exception):
    """Worth another try."""


class PublicOnly(AbstractResolver):
    """Resolves a name to its public addresses only; an error where it has none."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = [row for row in await self._inner.resolve(host, port, family) if is_public(row["host"])]
        if not found:
            raise OSError(f"{host} has no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def is_public(address: str) -> bool:
    """False for private addresses, this machine's, and IPv6 addresses that hide one of these."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if ip.version == 6 and ip not in GLOBAL_UNICAST and not mapped:
        return False
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


async def fetch(settings: Settings, url: str) -> bytes | Refused:
    """The bytes, unchecked. Raises Later where the network or Twilio fails."""
    rehearsal = settings.twilio_api_url.rstrip("/") if settings.rehearsal else ""
    limit = aiohttp.ClientTimeout(total=SECONDS, connect=5)
    connector = aiohttp.TCPConnector(limit=4, resolver=None if rehearsal else PublicOnly())
    async with aiohttp.ClientSession(timeout=limit, connector=connector) as session:
        try:
            return await _follow(session, settings, url, rehearsal)
        except ValueError:  # not an address
            return Refused("address")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Later(type(error).__name__) from error


async def _follow(session: aiohttp.ClientSession, settings: Settings, url: str, rehearsal: str) -> bytes | Refused:
    for hop in range(REDIRECTS + 1):
        if not _allowed(url, hop, rehearsal):
            log.warning("media at %s is not fetched", urlsplit(url).hostname)
            return Refused("address")
        where = rehearsal + urlsplit(url).path if rehearsal and _host(url) in API_HOSTS else url
        login = aiohttp.BasicAuth(settings.twilio_account_sid, settings.twilio_auth_token) if hop == 0 else None
        async with session.get(where, auth=login, allow_redirects=False) as answer:
            if answer.status in (301, 302, 303, 307, 308):
                url = str(answer.url.join(URL(answer.headers.get("Location", ""))))
                continue
            if answer.status == 410:
                return Refused("gone")
            if answer.status != 200:  # 404: not there yet; 401, 403: a token may be rotated just now
                raise Later(f"HTTP {answer.status}")
            return await _read(answer)
    return Refused("address")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _allowed(url: str, hop: int, rehearsal: str) -> bool:
    """The first hop only to Twilio's API, which gets the login; later hops also to its media hosts, without a login."""
    parts, host = urlsplit(url), _host(url)
    if rehearsal and hop > 0 and url.startswith(rehearsal + "/"):
        return True
    if parts.scheme != "https" or parts.username or parts.port not in (None, 443):
        return False
    return host in API_HOSTS if hop == 0 else host in API_HOSTS or host.endswith(REDIRECTED_TO)


async def _read(answer: Any) -> bytes | Refused:
    data = bytearray()
    async for chunk in answer.content.iter_chunked(64_000):
        data += chunk
        if len(data) > LARGEST:
            return Refused("large")
    return bytes(data)
