"""Logs: one JSON object a line on stderr, whoever writes it. Phones are masked, secrets are left out."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from webapp import config
from webapp.config import ConfigError, Settings
from webapp.rules import phone

log = logging.getLogger(__name__)

HIDDEN = "(hidden)"
SHORTEST = 4  # characters of a secret: a shorter one would be found in ordinary words
_ADDRESS = re.compile(r"(?<=://)[^\s/@]{1,200}(?=@)")  # user and password before a host
_HEADER = re.compile(r"(?i)\b(authorization|cookie|x-twilio-signature)([\"']?\s{0,3}[:=]\s{0,3})[^\r\n]{1,4000}")
_NAMED = re.compile(
    r"(?i)((?:password|passwd|token|secret|api_?key)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)[^\s\"',;&)}]{1,500}"
)
_TOKEN = re.compile(r"(?<![\w-])[\w-]{40,500}(?![\w-])")  # of a session or a letter; sids and UUIDs are shorter


def safe(text: str) -> str:
    """The text without secrets, and with every phone masked."""
    return phone.masked_in(without_secrets(text))


def without_secrets(text: str) -> str:
    """Without the settings' secrets, passwords of addresses, headers that log somebody in, and tokens of sessions and letters."""
    for secret in _secrets():
        text = text.replace(secret, HIDDEN)
    text = _ADDRESS.sub(HIDDEN, text)
    text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    return _TOKEN.sub(_hidden_token, text)


def _hidden_token(found: re.Match[str]) -> str:
    """A name of ours may be as long, but it has no digit or no capital."""
    word = found[0]
    return HIDDEN if any(c.isdigit() for c in word) and any(c.isupper() for c in word) else word


def _secrets() -> tuple[str, ...]:
    try:
        return _secrets_of(config.settings())
    except ConfigError:
        return ()


@lru_cache(maxsize=8)
def _secrets_of(chosen: Settings) -> tuple[str, ...]:
    """The secrets among the settings, as they stand and as an address has them; the longest first."""
    plain = {
        chosen.secret_key,
        chosen.twilio_auth_token,
        chosen.twilio_auth_token_previous,
        chosen.metrics_token,
        *(_password(url) for url in (chosen.database_url, chosen.redis_url, chosen.smtp_url)),
    }
    found = {form for secret in plain if len(secret) >= SHORTEST for form in (secret, quote(secret, safe=""))}
    return tuple(sorted(found, key=len, reverse=True))


def _password(url: str) -> str:
    """ "" too where the address can't be read: whoever refuses it doesn't show it."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


class _Safe(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": safe(record.getMessage()),
        }
        if record.exc_info:
            told["trace"] = safe(self.formatException(record.exc_info))
        if record.stack_info:
            told["stack"] = safe(record.stack_info)
        return json.dumps(told, ensure_ascii=False)


def set_up(level: int = logging.INFO) -> None:
    """Every line of this process: libraries' records, warnings, and what nobody caught in a thread or at the top."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Safe())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for quiet in ("twilio", "tortoise", "aiosqlite", "asyncio", "arq", "_granian", "aiohttp", "asyncssh"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda found: _log_uncaught(found.exc_value)
    threading.excepthook = lambda found: _log_uncaught(found.exc_value)


def _uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log_uncaught(error)


def _log_uncaught(error: BaseException | None) -> None:
    log.critical("nobody caught this: %s", type(error).__name__, exc_info=error)
