"""Every command tells in one line which settings can't be used, and nothing is made or changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMMANDS = ["migrate", "doctor", "web", "worker", "demo", "run", "campaign number 4125550100 --slug m"]
# One process for all: starting Python costs more than what is tested. Given are [folder, variables, command] each
ALL = """
import io, json, os, sys, contextlib
from webapp import cli
for folder, variables, command in json.loads(sys.argv[1]):
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("TEXTBANK_")]:
        del os.environ[name]
    os.environ.update(variables)
    sys.argv = ["textbank", *command.split()]
    said, code = io.StringIO(), 0
    with contextlib.redirect_stderr(said):
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code, said.getvalue()]))
"""
DATABASES = [
    "sqlite://",
    "sqlite://folder",
    "sqlite://notes.txt",
    "sqlite://notes.txt/bank.db",
    "sqlite://bank.db?mode=ro",
    "mysql://a:hunter-2@db/x",
    "//",
    "textbank.db",
    "postgres://",
    "postgres://db",
    "postgres://[::1/x",
    "postgres://a:hunter-2#1@db/x",
    "postgres://a:hunter-2[1@db/x",
    "postgres://a:hunter?2@db/x",
    "postgres://a:hunter/2@db/x",
    "postgres://a@db:0/x",
    "postgres://a@127.0.0.1:9/x?hunter-2=1",
]
LATER = [
    "sqlite://torn.db",
    "postgres://a@a..b/x",
]  # found out only when it is opened; `run` has started others by then
OTHERS = [
    {"TEXTBANK_REDIS_URL": "valkey"},
    {"TEXTBANK_REDIS_URL": "redis://[::1/0"},
    {"TEXTBANK_REDIS_URL": "redis://a:hunter#2@b/0"},
    {"TEXTBANK_REDIS_URL": "redis://b/first"},
    {"TEXTBANK_REDIS_URL": "unix://"},
    {"TEXTBANK_PUBLIC_URL": "texts.example"},
    {"TEXTBANK_PUBLIC_URL": "https://[texts.example"},
    {"TEXTBANK_PUBLIC_URL": "https://texts.example/?campaign=1"},
    {"TEXTBANK_MAIL_FROM": "Meyer for Senate"},
    {"TEXTBANK_MAIL_FROM": "Meyer <texts@>"},
    {"TEXTBANK_SMTP_URL": "mail.example:587"},
    {"TEXTBANK_SMTP_URL": "smtp://a:hunter-2@mail.example:mail"},
    {"TEXTBANK_TWILIO_API_URL": "https://:80"},
    {"TEXTBANK_PORT": "²"},
    {"TEXTBANK_DATA_DIR": "notes.txt"},
    {"TEXTBANK_HOST": "a\x07b"},
]


def told(plan: list[tuple[str, dict[str, str], str]]) -> list[Any]:
    """Exit code and stderr of each command of the plan."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ALL, json.dumps(plan)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_cannot_be_used_is_told_in_one_line_by_every_command(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("Buy milk")
    (tmp_path / "torn.db").write_bytes(b"SQLite format 3\0" + b"torn" * 2000)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    here = str(tmp_path)
    plan = [(here, {"TEXTBANK_DATABASE_URL": url}, command) for url in DATABASES for command in COMMANDS]
    plan += [
        (here, {"TEXTBANK_DATABASE_URL": url}, command) for url in LATER for command in COMMANDS if command != "run"
    ]
    plan += [(here, variables, command) for variables in OTHERS for command in ("migrate", "web", "run")]
    wrong = []
    for (_, variables, command), (code, said) in zip(plan, told(plan), strict=True):
        if code != 1 or len(said.splitlines()) != 1 or "{" in said or "hunter" in said or "2@" in said:
            wrong.append((variables, command, code, said))
    assert not wrong, "\n".join(map(str, wrong))
    assert {path: path.read_bytes() for path in before} == before
    made = {path.name for path in tmp_path.iterdir()} - {"torn.migrating", "copies"}
    assert made == {"folder", "notes.txt", "torn.db"}


def test_an_env_file_that_cannot_be_read_is_told_in_one_line_by_every_command(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("folder", "bytes", "line", "link", "bell")}
    for folder in folders.values():
        folder.mkdir()
    (folders["folder"] / ".env").mkdir()
    (folders["bytes"] / ".env").write_bytes(b"TEXTBANK_HOST=\xff\xfe")
    (folders["line"] / ".env").write_text("TEXTBANK_PORT=1\nTEXTBANK_HOST='open\n")
    (folders["link"] / ".env").symlink_to("nowhere")
    (folders["bell"] / ".env").write_bytes(b"TEXTBANK_HOST=a\0b")
    plan: list[tuple[str, dict[str, str], str]] = [(str(f), {}, c) for f in folders.values() for c in COMMANDS]
    for (where, _, command), (code, said) in zip(plan, told(plan), strict=True):
        assert code == 1 and len(said.splitlines()) == 1 and "{" not in said, (where, command, said)
    for folder in folders.values():
        assert [path.name for path in folder.iterdir()] == [".env"]
