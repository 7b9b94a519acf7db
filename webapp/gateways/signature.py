"""Checks that a webhook comes from Twilio (DOMAIN C5)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator

HEADER = "x-twilio-signature"
MOST = 500  # parameters


def valid(url: str, body: bytes, headers: Mapping[str, str], tokens: list[str]) -> bool:
    """``url`` is built from the public address, never from Host. Each of ``tokens`` is accepted: one may be rotated."""
    signature = headers.get(HEADER, "")
    if not signature:
        return False
    as_form = "x-www-form-urlencoded" in headers.get("content-type", "application/x-www-form-urlencoded")
    signed = FormMultiDict(parameters(body)) if as_form else body.decode("utf-8", "replace")
    return any(RequestValidator(token).validate(url, signed, signature) for token in tokens if token)


def is_form(headers: Mapping[str, str], body: bytes) -> bool:
    """Twilio's webhooks of texts are forms of about 30 parameters. Anything else is refused unread, whoever signed it."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded" and body.count(b"&") < MOST


def parameters(body: bytes) -> list[tuple[str, str]]:
    """Every parameter as sent: blank ones kept, nothing trimmed, decoded once."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
