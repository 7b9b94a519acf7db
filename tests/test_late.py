"""What each process imports when it starts: time of every command, and memory that it keeps."""

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


@pytest.mark.parametrize("start", ["from webapp.running import web", "from webapp.workers import main"])
def test_web_and_worker_import_no_tables_before_they_need_one(start: str) -> None:
    assert set(after(start)).isdisjoint({"phonenumbers", "zip2info", "zipcodes"})


def after(start: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", f"{start}; {SAID}"], check=True, capture_output=True, text=True)
    found: list[str] = json.loads(run.stdout.splitlines()[-1])
    return found
