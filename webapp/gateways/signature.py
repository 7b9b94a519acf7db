"""Checks that a webhook comes from Twilio (DOMAIN C5)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlparse

from litestar.datastructures import FormMultiDict
from twilio.request_validator import RequestValidator, add_port, remove_port

HEADER = "x-twilio-signature"
MOST = 500  # parameters


def valid(url: str, given: list[tuple[str, str]], headers: Mapping[str, str], tokens: list[str]) -> bool:
    """``url`` is built from the public address, never from Host; ``given``: the form's `parameters`. Each of ``tokens`` is
    accepted: one may be rotated. Twilio's own `validate` always signs the address both without and with its port; most
    texts need one of them."""
    signature, parts, form = headers.get(HEADER, ""), urlparse(url), FormMultiDict(given)
    if not signature.isascii():
        return False
    return any(
        hmac.compare_digest(RequestValidator(token).compute_signature(spelt(parts), form), signature)
        for token in tokens
        if token and signature
        for spelt in (remove_port, add_port)
    )


def is_form(headers: Mapping[str, str], body: bytes) -> bool:
    """Twilio's webhooks of texts are forms of about 30 parameters. Anything else is refused unread, whoever signed it."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded" and body.count(b"&") < MOST


def parameters(body: bytes) -> list[tuple[str, str]]:
    """Every parameter as sent: blank ones kept, nothing trimmed, decoded once."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
