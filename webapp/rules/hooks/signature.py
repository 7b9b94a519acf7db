"""The signature of Standard Webhooks, version 1 (https://www.standardwebhooks.com), by the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(secret: str, event_id: str, at: int, body: bytes) -> dict[str, str]:
    """``at``: seconds since 1970. The id is the same whenever this event is sent; the signature changes with the time."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{event_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }
