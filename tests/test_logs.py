"""Logs: one JSON object a line, and no phone number in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from webapp import logs
from webapp.rules import phone

Formatter = Callable[[logging.LogRecord], str]


@pytest.fixture
def format_line() -> Iterator[Formatter]:
    """Formats a record as the processes do; pytest's own handlers are back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up()
    [handler] = root.handlers
    yield handler.format
    root.handlers[:] = handlers
    root.setLevel(level)


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("webapp.x", logging.ERROR, "x.py", 1, message, arguments, trace)


def test_a_phone_in_a_log_line_is_masked_as_everywhere(format_line: Formatter) -> None:
    line = record("to %s, once 4125550142, at %s", "+14125550188", "/c/meyer/threads/42")
    text = json.loads(format_line(line))["text"]
    assert text == "to •••-•••-••88, once •••-•••-••42, at /c/meyer/threads/42"
    assert phone.masked("+14125550188") in text


def test_a_phone_in_a_trace_is_masked(format_line: Formatter) -> None:
    error = ValueError("no such number: +14125550188")
    trace = json.loads(format_line(record("failed", error=error)))["trace"]
    assert "5550188" not in trace and "•••-•••-••88" in trace
