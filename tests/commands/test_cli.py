"""The command, as a shell sees it."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sqlite3
from pathlib import Path

import pytest
from python_calamine import load_workbook

from tests.cast.forked import Shell, Textbank


def test_a_user_gets_a_one_time_link(textbank: Textbank) -> None:
    done = textbank("user", "create", "--email", "Selina@example.org", "--role", "owner", "--campaign", "meyer")
    assert done.returncode == 0 and "/password/" in done.stdout and "selina@example.org is owner" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "no.csv", "--campaign", "meyer", "--list", "L"), 1),
        (("import", "x", "--campaign", "nobody", "--list", "L"), 1),
        (("campaign", "create", "Again", "--slug", "meyer", "--timezone", "America/New_York"), 1),
        (("campaign", "create", "Again", "--slug", "x", "--timezone", "America/New_York", "--broadcast-phone", "1"), 1),
        (("user", "create", "--email", "a@b.c", "--role", "owner", "--campaign", "meyer", "--phone", "12"), 1),
        (
            ("user", "create", "--email", "a@b.c", "--role", "owner", "--campaign", "meyer", "--name", "Vote bit.ly/x"),
            1,
        ),
        (("campaign", "create", "Mars", "--slug", "mars", "--timezone", "Mars/Base"), 1),
        (("nonsense",), 2),
        (("import",), 2),
    ],
)
def test_refusals_exit_1_and_wrong_usage_2(textbank: Textbank, words: tuple[str, ...], code: int) -> None:
    done = textbank(*words)
    assert done.returncode == code and "Traceback" not in done.stderr


def test_a_second_step_is_forgotten_only_where_there_is_one(textbank: Textbank) -> None:
    textbank("user", "create", "--email", "gary@example.org", "--role", "admin", "--campaign", "meyer")
    for email, sentence in (("nobody@example.org", "Nobody has"), ("gary@example.org", "has no second step")):
        done = textbank("user", "forget-second-step", "--email", email)
        assert done.returncode == 1 and sentence in done.stderr


def test_doctor_finds_nothing_wrong(textbank: Textbank) -> None:
    done = textbank("doctor")
    assert done.returncode == 0 and "equal a recount" in done.stdout


def test_rows_are_exported_in_each_format(textbank: Textbank, tmp_path: Path) -> None:
    (tmp_path / "voters.csv").write_text("phone,first name\n412-555-0123,Rosa\n")
    textbank("import", "voters.csv", "--campaign", "meyer", "--list", "Voters")
    made = textbank("export", "contacts", "--campaign", "meyer", "--list", "Voters")
    assert made.returncode == 0 and '"+14125550123"' in made.stdout and "Rosa" in made.stdout, made.stderr
    told = textbank("export", "contacts", "--campaign", "meyer", "--format", "jsonl", "--output", "c.jsonl")
    assert told.returncode == 0 and json.loads((tmp_path / "c.jsonl").read_text())["first_name"] == "Rosa"
    book = textbank("export", "contacts", "--campaign", "meyer", "--format", "xlsx", "--output", "c.xlsx")
    assert book.returncode == 0 and "Rosa" in str(load_workbook(tmp_path / "c.xlsx").get_sheet_by_index(0).to_python())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("contacts", "--campaign", "nobody"), "no campaign nobody"),
        (("contacts", "--campaign", "meyer", "--list", "Nobody"), "no list Nobody"),
        (("messages", "--campaign", "meyer", "--list", "Voters"), "--list goes with contacts"),
        (("messages", "--campaign", "meyer", "--action", "9"), "no action 9"),
    ],
)
def test_an_export_of_what_does_not_exist_is_refused(textbank: Textbank, words: tuple[str, ...], says: str) -> None:
    done = textbank("export", *words)
    assert done.returncode == 1 and says in done.stderr and done.stdout == ""


def test_an_owner_is_made_with_name_and_phone_and_a_campaign_with_its_info(textbank: Textbank, tmp_path: Path) -> None:
    info = ("--description", "Hospitals", "--broadcast-phone", "412-555-0100", "--approval")
    made = textbank("campaign", "create", "Ryan", "--slug", "ryan", "--timezone", "America/Chicago", *info)
    person = ("--name", "Jonah  Ryan Jr", "--phone", "(412) 555-0155")
    done = textbank("user", "create", "--email", "j@example.org", "--role", "owner", "--campaign", "ryan", *person)
    assert made.returncode == done.returncode == 0, made.stderr + done.stderr
    with contextlib.closing(sqlite3.connect(tmp_path / "textbank.db")) as file:
        [user] = file.execute("SELECT first_name, last_name, phone FROM user_account")
        [told] = file.execute(
            "SELECT description, broadcast_phone_number, approval_needed FROM campaign WHERE slug = 'ryan'"
        )
    assert user == ("Jonah", "Ryan Jr", "+14125550155") and told == ("Hospitals", "+14125550100", 1)


def test_a_number_that_a_campaign_has_is_told_and_taken_from_nobody(textbank: Textbank) -> None:
    for slug in ("ryan", "furlong"):
        textbank("campaign", "create", slug.title(), "--slug", slug, "--timezone", "America/Chicago")
    assert textbank("campaign", "number", "412-555-0188", "--slug", "ryan").returncode == 0
    for slug in ("ryan", "furlong"):
        again = textbank("campaign", "number", "+14125550188", "--slug", slug)
        assert (again.returncode, again.stderr) == (1, "+14125550188 belongs to Ryan already.\n")


COMMANDS = [
    ("doctor",),
    ("web",),
    ("worker",),
]  # one that works on the open database, and the two that open it themselves


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_that_finds_no_database_says_so_in_one_line_and_makes_none(
    words: tuple[str, ...], tmp_path: Path, shell: Shell
) -> None:
    done = shell(tmp_path)(*words)
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and "textbank migrate" in line and "textbank.db" in line
    assert not (tmp_path / "textbank.db").exists()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_behind_the_code_is_told_in_one_line(
    words: tuple[str, ...], sqlite_template: Path, tmp_path: Path, shell: Shell
) -> None:
    shutil.copy(sqlite_template, tmp_path / "textbank.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "textbank.db")) as file, file:
        file.execute("DELETE FROM tortoise_migrations WHERE id = (SELECT MAX(id) FROM tortoise_migrations)")
    done = shell(tmp_path)(*words)
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and "not up to date" in line and "textbank migrate" in line


@pytest.mark.parametrize("words", [*COMMANDS, ("migrate",)], ids=" ".join)
def test_a_server_that_does_not_answer_is_told_in_one_line(
    words: tuple[str, ...], tmp_path: Path, shell: Shell
) -> None:
    (tmp_path / ".env").write_text("TEXTBANK_DATABASE_URL=postgres://a:secret@127.0.0.1:9/meyer?sslmode=require\n")
    done = shell(tmp_path)(*words)
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and "meyer on 127.0.0.1 does not answer" in line and "secret" not in line


def test_every_command_reads_the_env_file_of_its_folder_and_names_what_it_does_not_know(
    textbank: Textbank, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TEXTBANK_PUBLIC_URL=https://a.example/$x\nTEXTBANK_SMPT_URL=smtp://b\n")
    done = textbank("user", "create", "--email", "sue@example.org", "--role", "owner", "--campaign", "meyer")
    assert done.returncode == 0 and "https://a.example/$x/password/" in done.stdout
    assert "TEXTBANK_SMPT_URL is no setting" in done.stderr and "TEXTBANK_SMTP_URL?" in done.stderr


def test_a_taken_port_is_refused_by_a_web_process_too(textbank: Textbank, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / ".env").write_text(f"TEXTBANK_PORT={port}\n")
        done = textbank("web")
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and f"Port {port} is taken" in line


@pytest.mark.parametrize("after", [1, 2])
def test_a_rehearsal_needs_the_two_ports_after_its_own(tmp_path: Path, after: int, shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / ".env").write_text(f"TEXTBANK_PORT={port - after}\n")
        done = shell(tmp_path)("run")
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and f"Port {port} is taken" in line and "rehearsal" in line
