"""E-mail by SMTP."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from webapp.config import Settings

SECONDS = 15
LONGEST = 200  # characters of a reason


class NotSent(Exception):
    """The server did not take it; worth another try."""


async def trouble(settings: Settings) -> str:
    """Why the server of TEXTBANK_SMTP_URL takes no letter of ours; "" where it lets us in, or where none is set."""
    if not settings.smtp_url:
        return ""
    try:
        async with aiosmtplib.SMTP(**_server(settings)) as server:
            await server.noop()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST]
    return ""


async def send(settings: Settings, to: str, subject: str, text: str, html: str = "") -> None:
    """Raises NotSent. TEXTBANK_SMTP_URL is smtp://user:password@host:port, or smtps:// for TLS from the first byte."""
    if not settings.smtp_url:
        raise NotSent("TEXTBANK_SMTP_URL is not set")
    try:
        await aiosmtplib.send(_letter(settings, to, subject, text, html), **_server(settings))
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(type(error).__name__) from error


def _server(settings: Settings) -> dict[str, Any]:
    """What aiosmtplib is told of the server. ValueError where the address has no readable port."""
    server = urlsplit(settings.smtp_url)
    return {
        "hostname": server.hostname,
        "port": server.port or (465 if server.scheme == "smtps" else 587),
        "username": unquote(server.username) if server.username else None,
        "password": unquote(server.password) if server.password else None,
        "use_tls": server.scheme == "smtps",
        "timeout": SECONDS,
    }


def _letter(settings: Settings, to: str, subject: str, text: str, html: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, to, subject
    letter["Message-ID"] = make_msgid(domain="textbank.invalid")
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    return letter
