"""Logs: one JSON object a line. Phone numbers are masked, in messages and tracebacks alike."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

_PHONE = re.compile(r"\+\d{6,13}(\d\d)\b|(?<!\d)\d{8}(\d\d)(?!\d)")


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": mask(record.getMessage()),
        }
        if record.exc_info:
            told["trace"] = mask(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def mask(text: str) -> str:
    """+14125550188 becomes ••88."""
    return _PHONE.sub(lambda m: "••" + (m[1] or m[2]), text)


def set_up(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for quiet in ("twilio", "tortoise", "aiosqlite", "asyncio", "arq", "_granian", "aiohttp"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
