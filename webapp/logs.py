"""Logs: one JSON object a line. Phone numbers are masked, in messages and tracebacks alike."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from webapp.rules import phone


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": phone.masked_in(record.getMessage()),
        }
        if record.exc_info:
            told["trace"] = phone.masked_in(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def set_up(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for quiet in ("twilio", "tortoise", "aiosqlite", "asyncio", "arq", "_granian", "aiohttp"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
