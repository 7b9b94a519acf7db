"""Checks that a webhook comes from Twilio (DOMAIN C5)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator

HEADER = "x-twilio-signature"


def valid(url: str, body: bytes, headers: Mapping[str, str], tokens: list[str]) -> bool:
    """``url`` is built from the public address, never from Host. Each of ``tokens`` is accepted: one may be rotated."""
    signature = headers.get(HEADER, "")
    if not signature:
        return False
    is_form = "x-www-form-urlencoded" in headers.get("content-type", "application/x-www-form-urlencoded")
    signed = FormMultiDict(parameters(body)) if is_form else body.decode("utf-8", "replace")
    return any(RequestValidator(token).validate(url, signed, signature) for token in tokens if token)


def parameters(body: bytes) -> list[tuple[str, str]]:
    """Every parameter as sent: blank ones kept, nothing trimmed, decoded once."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
