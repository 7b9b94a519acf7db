"""E-mail by SMTP."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from webapp.config import Settings

SECONDS = 15
LONGEST = 200  # characters of a reason


class NotSent(Exception):
    """Nobody knows that the server took it; worth another try where twice does no harm."""


class Unreachable(NotSent):
    """The server could not be asked, so nothing has left."""


class Declined(NotSent):
    """The server refused this letter, in its own words."""


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


async def send(
    settings: Settings, to: str, subject: str, text: str, html: str = "", headers: Mapping[str, str] | None = None
) -> None:
    """Raises NotSent. ``headers``: more of them. TEXTBANK_SMTP_URL is smtp://user:password@host:port, or smtps:// for TLS from the first byte."""
    if not settings.smtp_url:
        raise Unreachable("TEXTBANK_SMTP_URL is not set")
    try:
        await aiosmtplib.send(_letter(settings, to, subject, text, html, headers or {}), **_server(settings))
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPHeloError, aiosmtplib.SMTPAuthenticationError) as error:
        raise Unreachable(type(error).__name__) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Declined("; ".join(_said(one) for one in error.recipients)[:LONGEST]) from error
    except aiosmtplib.SMTPResponseException as error:
        raise Declined(_said(error)) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(type(error).__name__) from error


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    """550 5.1.1 No such user"""
    return f"{error.code} {' '.join(str(error.message).split())}"[:LONGEST]


def _server(settings: Settings) -> dict[str, Any]:
    """The server, as aiosmtplib takes it. ValueError where the address has no readable port."""
    server = urlsplit(settings.smtp_url)
    return {
        "hostname": server.hostname,
        "port": server.port or (465 if server.scheme == "smtps" else 587),
        "username": unquote(server.username) if server.username else None,
        "password": unquote(server.password) if server.password else None,
        "use_tls": server.scheme == "smtps",
        "timeout": SECONDS,
    }


def _letter(
    settings: Settings, to: str, subject: str, text: str, html: str, headers: Mapping[str, str]
) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, to, subject
    letter["Message-ID"] = make_msgid(domain="textbank.invalid")
    for name, value in headers.items():
        letter[name] = value
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    return letter
