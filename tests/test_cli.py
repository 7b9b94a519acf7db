"""The command, as a shell sees it."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from tests.cast.database.fixtures import whole
from tests.cast.inputs import books
from tests.cast.shell import Shells

ROOT = Path(__file__).parents[1]
CSV = Path(__file__).parent / "vectors" / "csv"
LISTS = Path(__file__).parent / "vectors" / "lists"


Textbank = Callable[..., subprocess.CompletedProcess[str]]
Shell = Callable[[Path], Textbank]


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    """`shell(folder)(...)`: `textbank ...` on the database of this folder."""
    shells = Shells()

    def on(folder: Path) -> Textbank:
        environment = {"TEXTBANK_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        return lambda *words: shells.run(list(words), environment, folder)

    yield on
    shells.close()


@pytest.fixture(scope="module")
def with_meyer(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, shell: Shell) -> Path:
    """A database with the campaign Meyer, made by the command itself."""
    folder = tmp_path_factory.mktemp("cli")
    shutil.copy(sqlite_template, folder / "textbank.db")
    created = shell(folder)(
        "campaign", "create", "Meyer for Senate", "--slug", "meyer", "--timezone", "America/New_York"
    )
    assert created.returncode == 0, created.stderr
    return whole(folder / "textbank.db")


@pytest.fixture
def textbank(tmp_path: Path, with_meyer: Path, shell: Shell) -> Textbank:
    """On a database of its own, with the campaign Meyer."""
    shutil.copy(with_meyer, tmp_path / "textbank.db")
    return shell(tmp_path)


def test_a_list_is_imported_and_told_as_json(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "03_crlf.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 0, done.stderr
    assert {k: json.loads(done.stdout)[k] for k in ("accepted", "refused", "merged", "error")} == {
        "accepted": 3,
        "refused": [],
        "merged": 0,
        "error": None,
    }


def test_a_file_error_is_told_as_json_with_exit_1(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "12_missing_header.csv"), "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "no_phone_column"


def test_without_json_an_error_is_one_clear_line(textbank: Textbank) -> None:
    done = textbank("import", str(CSV / "26_png_renamed.csv"), "--campaign", "meyer", "--list", "L")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1 and "save it as CSV" in done.stderr


VECTORS = {case["file"]: case for case in json.loads((CSV / "expected.json").read_text())["files"]}
SOME = [
    "06_utf16be_bom_tab.csv",
    "07_windows1252.csv",
    "13_duplicate_header.csv",
    "20_formula_injection.csv",
    "34_unbalanced_quote.csv",
]


@pytest.mark.parametrize("name", SOME)
def test_the_vectors_come_out_the_same_from_a_shell(textbank: Textbank, name: str) -> None:
    case = VECTORS[name]
    done = textbank("import", str(CSV / name), "--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(done.stdout)
    assert (told["error"] or {}).get("code") == case["file_error"] and done.returncode == (
        1 if case["file_error"] else 0
    )
    assert told["accepted"] == len(case["accepted"]) and told["merged"] == case["counts"]["merged_duplicates"]
    assert [row["reason"] for row in told["refused"]] == [row["reason"] for row in case["rejected"]]


def test_the_sample_comes_out_as_its_readme_says_from_a_shell(textbank: Textbank) -> None:
    sample = Path(__file__).parent / "samples" / "meyer_gotv.csv"
    done = textbank("import", str(sample), "--campaign", "meyer", "--list", "GOTV")
    assert done.returncode == 0 and "5000 stored, 50 merged, 9 refused." in done.stdout
    assert (
        "Columns left out: issue_ID" in done.stdout and "have no first name and will use the fallback." in done.stdout
    )


def test_map_names_the_phone_column(textbank: Textbank, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("Nummer,x\n2125550123,1\nnope,2\n")
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L", "--map", "Nummer=phone", "--json")
    told = json.loads(done.stdout)
    assert (
        done.returncode == 0 and told["accepted"] == 1 and told["refused"] == [{"line": 3, "reason": "invalid_phone"}]
    )


def test_a_list_beside_a_sheet_of_people_not_to_be_texted_is_not_stored_unasked(
    textbank: Textbank, tmp_path: Path
) -> None:
    people: dict[str, list[list[books.Cell]]] = {
        "List": [["First", "Phone"], ["Ann", 2125550123]],
        "Do Not Text": [["Phone"], [2125550123]],
    }
    books.write(tmp_path / "l.xlsx", people)
    command = ("import", "l.xlsx", "--campaign", "meyer", "--list", "L")
    done = textbank(*command)
    assert done.returncode == 1 and "Do Not Text" in done.stderr and '--sheet "List"' in done.stderr
    assert "1 stored" in textbank(*command, "--sheet", "List").stdout


def test_a_sheet_a_header_line_and_hidden_rows_are_said_in_the_shell(textbank: Textbank, tmp_path: Path) -> None:
    def told(file: str, *more: str) -> dict[str, Any]:
        done = textbank("import", str(LISTS / file), "--campaign", "meyer", "--list", "L", "--json", *more)
        return dict(json.loads(done.stdout)) | {"code": done.returncode}

    sheets = told("18_multi_sheets.xlsx")
    assert sheets["accepted"] == 1 and sheets["sheet"] == "Data"
    assert any("READ ME, Data 2" in warning and "--sheet" in warning for warning in sheets["warnings"])
    assert told("18_multi_sheets.xlsx", "--sheet", "Data 2")["sheet"] == "Data 2"
    wrong = told("18_multi_sheets.xlsx", "--sheet", "Data 3")
    assert wrong["code"] == 1 and "READ ME, Data, Data 2" in wrong["error"]["message"]
    filtered = told("22_filtered.xlsx", "--without-hidden-rows")
    assert filtered["hidden_rows"] == 3 and filtered["accepted"] == 3
    county = told("08_county_junk.csv")
    assert (county["accepted"], county["lines_left_out"], county["refused"]) == (4, 5, [])
    assert told("08_county_junk.csv", "--header-line", "1")["error"]["code"] == "no_phone_column"


def test_people_whom_a_column_says_not_to_text_are_refused_until_the_shell_says_so(textbank: Textbank) -> None:
    words = ("import", str(LISTS / "07_actionnetwork.csv"), "--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(textbank(*words).stdout)
    assert (told["accepted"], told["opted_out"], told["refused"]) == (1, 0, [{"line": 3, "reason": "do_not_text"}])
    assert told["left_values"] == {"tags": {"volunteer": 1}}
    told = json.loads(textbank(*words, "--opt-out-column", "can2_sms_status").stdout)
    assert (told["accepted"], told["opted_out"], told["refused"]) == (2, 1, [])


def test_home_phones_and_numbers_with_words_are_taken_where_the_shell_says_so(textbank: Textbank) -> None:
    place = ("--campaign", "meyer", "--list", "L", "--json")
    told = json.loads(textbank("import", str(LISTS / "01_van_myvoters.xls"), *place, "--home-phones").stdout)
    assert told["accepted"] == 3 and "1 have a home phone; it may be a landline." in told["warnings"]
    told = json.loads(textbank("import", str(LISTS / "13_notes_in_phone.csv"), *place, "--take-words").stdout)
    assert told["opted_out"] == 3 and "words_beside" not in {row["reason"] for row in told["refused"]}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--list", "L", "--map", "Cel=phone"), "The file has no column Cel. It has: Name, Cell #, E-mail."),
        (("--list", "L", "--map", "Name=firstname"), "There is no field firstname."),
        (("--list", "L", "--opt-out-column", "Nobody"), "The file has no column Nobody."),
        (("--list", " "), "--list wants a name."),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_stored(
    textbank: Textbank, options: tuple[str, ...], sentence: str
) -> None:
    done = textbank("import", str(LISTS / "12f_cell_hash.csv"), "--campaign", "meyer", *options)
    assert done.returncode == 1 and sentence in done.stderr and done.stdout == ""


def test_a_file_of_which_nothing_was_stored_ends_with_1(textbank: Textbank, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("phone\nfoo\n")
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["error"]["code"] == "nothing_stored"
    done = textbank("import", "l.csv", "--campaign", "meyer", "--list", "L")
    assert done.returncode == 1 and "line 2: invalid_phone" in done.stdout


def test_a_column_without_a_header_is_named_by_its_place(textbank: Textbank) -> None:
    words = ("import", str(LISTS / "26_headless.txt"), "--campaign", "meyer", "--list", "L")
    done = textbank(*words)
    assert done.returncode == 1 and 'as in --map "Column 8=phone"' in done.stderr
    told = json.loads(textbank(*words, "--map", "Column 8=phone", "--map", "Column 3=first_name", "--json").stdout)
    assert told["accepted"] == 2


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
