"""The address of a push service is told by a browser, so from outside: only https, and only a host with a public name."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from urllib.parse import urlsplit

LONGEST = 1_000  # characters
OF_HERE = ("local", "localhost", "internal", "invalid", "test", "home", "lan")


def acceptable(endpoint: str, p256dh: str, auth: str) -> bool:
    """Can this be the subscription of a browser? ``p256dh``: a point of P-256, 65 bytes; ``auth``: 16 bytes; base64url."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    whole = len(endpoint) <= LONGEST and endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    there = parts.scheme == "https" and parts.username is None and port in (None, 443) and _is_public_name(host)
    point = _bytes(p256dh)
    return whole and there and len(point) == 65 and point[0] == 4 and len(_bytes(auth)) == 16


def _is_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        return "." in host and last.isalpha() and last.lower() not in OF_HERE
    return False


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
