"""The imports of each process when it starts: time of every command, and memory that it keeps."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

DEAR = [
    "PIL",
    "aiohttp",
    "aiosqlite",
    "argon2",
    "arq",
    "asyncpg",
    "asyncssh",
    "babel",
    "cryptography",
    "granian",
    "jinja2",
    "litestar",
    "msgspec",
    "phonenumbers",
    "redis",
    "requests",
    "tortoise",
    "twilio",
    "uvloop",
    "webauthn",
    "xlsxwriter",
    "zip2info",
    "zipcodes",
]
SAID = f"import sys, json; print(json.dumps([name for name in {DEAR!r} if name in sys.modules]))"


@pytest.mark.parametrize(
    ("start", "needed"),
    [
        ("from webapp import cli; cli.arguments.parser()", []),
        ("from webapp.commands import processes", []),
        ("from webapp.running import supervisor", []),
        ("from webapp.reader import forking", ["msgspec"]),
    ],
    ids=["any command's --help", "textbank run", "its supervisor", "the process that reads lists"],
)
def test_a_process_imports_only_what_it_needs(start: str, needed: list[str]) -> None:
    assert after(start) == needed


COMMON = [
    "argon2",
    "arq",
    "asyncpg",
    "babel",
    "cryptography",
    "jinja2",
    "litestar",
    "msgspec",
    "redis",
    "tortoise",
    "twilio",
]


@pytest.mark.parametrize(
    ("start", "own"),
    [
        ("from webapp.running import web", ["granian", "uvloop"]),
        ("from webapp.workers import main", ["aiohttp", "requests"]),
    ],
    ids=["web", "worker"],
)
def test_web_and_worker_import_only_what_they_always_need(start: str, own: list[str]) -> None:
    """Both stay for months: what one page or one job needs is imported by it, the tables of phones and ZIPs above all."""
    assert after(start) == sorted(COMMON + own)


def after(start: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", f"{start}; {SAID}"], check=True, capture_output=True, text=True)
    found: list[str] = json.loads(run.stdout.splitlines()[-1])
    return found
