"""Logs: one JSON object a line, without phone numbers and secrets, whoever writes them."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.cast.waiting import free_port
from webapp import config, logs
from webapp.access import login
from webapp.config import Settings
from webapp.rules import phone

ROOT = Path(__file__).parents[1]
Formatter = Callable[[logging.LogRecord], str]

WRITTEN = [
    "+14125550188",
    "4125550188",
    "14125550188",
    "412-555-0188",
    "412.555.0188",
    "412 555 0188",
    "(412) 555-0188",
    "[412] 555-0188",
    "(412)5550188",
    "412/555-0188",
    "412 - 555 - 0188",
    "1 (412) 555-0188",
    "1-412-555-0188",
    "+1 412 555 01 88",
    "+1 (412) 555-0188",
    "+1.412.555.0188",
    "0014125550188",
    "011 1 412 555 0188",
    "412\u00a0555\u00a00188",
    "412–555–0188",
    "412‑555‑0188",
    "412_555_0188",
    "%2B14125550188",
    "%28412%29%20555-0188",
    "412+555+0188",
    repr("412\u00a0555\u00a00188"),
    "+44 20 7946 0988",
    "+49 (30) 901820-88",
]
PLAIN = [
    "2026-11-24 16:00:00.123456+00:00",
    "line 412 of 555",
    "/c/meyer/threads/4125",
    "127.0.0.1:8000",
    "SMffffffffffffffffffffffffffffffff",
    "3 of 100 texts, 12.50 USD",
]


@pytest.fixture
def format_line() -> Iterator[Formatter]:
    """Formats a record as the processes do; pytest's own handlers and the hooks are back afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook)
    handlers, level = root.handlers[:], root.level
    logs.set_up()
    [handler] = root.handlers
    yield handler.format
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook = hooks


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("webapp.x", logging.ERROR, "x.py", 1, message, arguments, trace)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_phone_is_masked_however_it_is_written(format_line: Formatter, written: str) -> None:
    text = json.loads(format_line(record("text to %s: no answer", written)))["text"]
    assert text.removeprefix("text to ").removesuffix(": no answer").lstrip("%28B(['").rstrip("'") == "•••-•••-••88"


@pytest.mark.parametrize("words", PLAIN)
def test_other_numbers_stay_readable(format_line: Formatter, words: str) -> None:
    assert json.loads(format_line(record("at %s.", words)))["text"] == f"at {words}."


def test_a_phone_in_a_trace_is_masked(format_line: Formatter) -> None:
    error = ValueError("no such number: (412) 555-0188")
    trace = json.loads(format_line(record("failed", error=error)))["trace"]
    assert "0188" not in trace and phone.masked("+14125550188") in trace


@pytest.mark.parametrize(
    "told",
    [
        "key {secret_key} was wrong",
        "Authorization: Basic QUM6c2VjcmV0",
        "{'authorization': 'Bearer abc.def'}",
        "connecting to postgres://textbank:p%2Fw-1234@db.example/textbank",
        "mail by smtp://mailer:hunter22@mail.example",
        "hunter22 was refused",
        "password=hunter33, user=x",
        "GET /password/9fQ2-abcDEFghiJKLmnoPQRstuVWXyz0123456789_-XY failed",
        "token {twilio_auth_token}",
    ],
)
def test_no_secret_is_written(format_line: Formatter, tmp_path: Path, told: str) -> None:
    chosen = Settings(
        data_dir=tmp_path,
        secret_key="a very secret key",
        twilio_auth_token="0123456789abcdef0123456789abcdef",
        database_url="postgres://textbank:p%2Fw-1234@db.example/textbank",
        smtp_url="smtp://mailer:hunter22@mail.example",
    )
    config.use(chosen)
    line = format_line(record("%s", told.format(**vars(chosen)) if "{secret" in told or "{tw" in told else told))
    assert logs.HIDDEN in line
    for secret in ("very secret", "0123456789", "p%2Fw", "hunter", "QUM6", "abc.def"):
        assert secret not in line


WEB = """
import gc, logging, sys, threading, warnings
from webapp import cli, live
TOLD = "to (412) 555-0188 with " + sys.argv.pop()
class Loud:
    def __del__(self):
        raise ValueError(TOLD)
def thread():
    raise ValueError(TOLD)
class Hub(live.Hub):
    def start(self):
        for name in ("webapp.x", "litestar", "_granian", "granian.access", "asyncio", "uvicorn"):
            logging.getLogger(name).error("%s", TOLD)
        warnings.warn(TOLD)
        threading.Thread(target=thread).start()
        Loud()
        gc.collect()
        super().start()
live.Hub = Hub
sys.argv[1:] = ["web"]
cli.main()
"""
SECRET = "this-is-the-secret-key"


def test_each_line_of_the_real_web_process_is_ours(tmp_path: Path, sqlite_template: Path, valkey: str) -> None:
    """Any writer of a line: the framework, the server, a warning, a thread, a destructor, a request that fails."""
    shutil.copy(sqlite_template, tmp_path / "textbank.db")
    port = free_port()
    environment = {
        **os.environ,
        "TEXTBANK_DATA_DIR": str(tmp_path),
        "TEXTBANK_PORT": str(port),
        "TEXTBANK_REDIS_URL": valkey,
        "TEXTBANK_SECRET_KEY": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    with (tmp_path / "stderr").open("w") as stderr, (tmp_path / "stdout").open("w") as stdout:
        web = subprocess.Popen(
            [sys.executable, "-c", WEB, SECRET], env=environment, cwd=tmp_path, stderr=stderr, stdout=stdout
        )
        try:
            _fail(web, tmp_path, f"http://127.0.0.1:{port}")
        finally:
            web.terminate()
            web.wait(30)
    written = (tmp_path / "stderr").read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    assert all(line.keys() >= {"at", "level", "from", "text"} for line in lines)
    assert {"litestar", "_granian", "py.warnings", "webapp.x", "webapp.routes.failures", "webapp.logs"} <= {
        x["from"] for x in lines
    }
    assert written.count("•••-•••-••88") >= 9 and "0188" not in written and SECRET not in written
    assert (tmp_path / "stdout").read_text() == ""


def _fail(web: subprocess.Popen[bytes], folder: Path, site: str) -> None:
    """Waits for the site, takes a table away, and asks for a page with a phone in its address."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and web.poll() is None:
        try:
            assert httpx.get(f"{site}/health").status_code == 200
            break
        except httpx.TransportError:
            time.sleep(0.05)
    with sqlite3.connect(folder / "textbank.db") as file:
        file.execute("ALTER TABLE session RENAME TO gone")
    answer = httpx.get(f"{site}/c/(412)%20555-0188", cookies={login.COOKIE: "x" * 43})
    assert answer.status_code == 500, answer.text
